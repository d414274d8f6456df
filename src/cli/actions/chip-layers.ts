/** Whether a chip can multiply with the layers that are to run on it; asked without the chip. */

import type { Descriptor } from "../../chip/descriptor.ts";
import { mvmAbility } from "../../chip/mvm.ts";
import { LabError } from "../../core/errors.ts";
import type { EngineName } from "../../inference/engines.ts";
import { arrayTiles } from "../../inference/on-chip/tiles.ts";
import type { Network } from "../../network/layer.ts";
import type { Store } from "../../store/store.ts";

/**
 * @param descriptor of the chip that the store belongs to.
 * @throws LabError LIMIT for layers that the chip cannot multiply with.
 */
export function assertChipLayers(
  network: Network,
  engines: readonly EngineName[],
  store: Store,
  descriptor: Descriptor,
  phases: 1 | 4,
): void {
  const { tiles } = store.networks.get();
  const permitted = mvmAbility(descriptor).phases;
  if (!permitted.includes(phases))
    throw new LabError(
      "LIMIT",
      `${descriptor.model} multiplies in ${permitted.join(" or ")} phases, not in ${phases}`,
      {
        next: `give --phases ${permitted[0]}`,
      },
    );
  for (const [index, layer] of network.layers.entries())
    if (engines[index] === "chip")
      arrayTiles(
        layer,
        tiles.filter((tile) => tile.layer === index),
        descriptor,
      );
}
