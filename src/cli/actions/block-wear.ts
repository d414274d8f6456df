/**
 * What the chip's wear ledger may count for a block by a run's own doing. When the run is gone on with and it counts more, somebody else
 * has pulsed the cells: what the run knows of them is no longer true, and those that it had finished are not read again.
 */

import type { Chip } from "../../chip/chip.ts";
import type { OnBoardProgramming } from "../../chip/on-board.ts";
import { pulsesIn } from "../../chip/pulse.ts";
import { regionText } from "../../chip/region.ts";
import { mostPulses } from "../../chip/wear-ledger.ts";
import type { WeightBlock } from "../../chip/weight-block.ts";
import { countNonZero } from "../../core/bytes.ts";
import { LabError } from "../../core/errors.ts";
import type { PlacedBlock } from "../../network/weight-blocks.ts";
import type { TileId } from "../../store/identity.ts";
import type { ChipLedger } from "../../store/ledger/chip-ledger.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { Store } from "../../store/store.ts";

/** Pulses that each cell has felt or may have felt. */
export type CellWear = Pick<ChipLedger, "pulsesOf">;

/** The tile under whose number a block is kept: the first. */
export function tileOfBlock({ tiles: [first] }: Pick<PlacedBlock<StoredTile>, "tiles">): TileId {
  if (first === undefined) throw new RangeError("a block without tiles");
  return first.id;
}

/** Pulses of all cells of a block together. */
export function wearOf(ledger: CellWear, { parts }: Pick<WeightBlock, "parts">): number {
  let sum = 0;
  for (const { region } of parts)
    for (let row = region.row; row < region.row + region.rows; row++)
      for (let column = region.column; column < region.column + region.columns; column++)
        sum += ledger.pulsesOf({ array: region.array, row, column });
  return sum;
}

/** @throws LabError STORE_CONTENT with the tiles that were pulsed by others since the run was left. */
export function assertUntouched(
  store: Store,
  blocks: readonly PlacedBlock<StoredTile>[],
  ledger: CellWear,
): void {
  const touched = blocks.filter((placed) => {
    const most = store.blockWear.of(tileOfBlock(placed));
    return most !== undefined && wearOf(ledger, placed.block) > most;
  });
  if (touched.length === 0) return;
  const tiles = touched.flatMap((placed) => placed.tiles.map(({ region }) => regionText(region)));
  throw new LabError(
    "STORE_CONTENT",
    `cells that the run of ${store.path} programmed were pulsed by another one since: ${tiles.join("; ")}`,
    {
      next: "nothing was sent; program the network anew: pcmlab program NETWORK.onnx --chip PORT --store FILE",
    },
  );
}

/** Writes down, before pulses are sent, how many the ledger will count with them. */
export class BlockWearNotes {
  readonly #store: Store;
  readonly #tile: TileId;
  readonly #before: number;
  #announced = 0;
  #sent = 0;

  /** @param before what the ledger counts for the block now. */
  constructor(store: Store, tile: TileId, before: number) {
    this.#store = store;
    this.#tile = tile;
    this.#before = before;
  }

  announce(pulses: number): void {
    this.#announced += pulses;
    this.#store.blockWear.keep(this.#tile, this.#before + this.#announced);
  }

  /** The chip, before whose pulses those are announced that were not yet. */
  watched(chip: Chip): Chip {
    return {
      ...chip,
      pulse: async (region, train) => {
        this.#send(pulsesIn(train));
        return chip.pulse(region, train);
      },
      ...(chip.onBoard && { onBoard: this.#watchedRuns(chip.onBoard) }),
    };
  }

  #watchedRuns(onBoard: OnBoardProgramming): OnBoardProgramming {
    return {
      ...onBoard,
      start: async (order, announce) => {
        this.#send(countNonZero(order.mask) * mostPulses(order));
        return onBoard.start(order, announce);
      },
    };
  }

  #send(pulses: number): void {
    this.#sent += pulses;
    if (this.#sent > this.#announced) this.#store.quickly(() => this.announce(this.#sent - this.#announced));
  }
}
