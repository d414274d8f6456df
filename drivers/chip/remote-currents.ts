/** Currents of DAC codes over a SCPI session. */

import { measureCurrent } from "../../firmware-protocol/operation/measure-current.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { assertCurrentsAllowed } from "../../src/chip/limits.ts";
import { LabError } from "../../src/core/errors.ts";
import { perform } from "../instrument/perform.ts";
import type { Session } from "../instrument/session.ts";

/**
 * @throws LabError LIMIT beyond the limits and on a board without the feature, which need not even know the header and so may never
 * answer; BAD_REPLY for another number of currents, or for one that is no number.
 */
export async function measureCurrents(
  session: Session,
  descriptor: Descriptor,
  codes: Uint16Array,
): Promise<Float32Array> {
  assertCurrentsAllowed(descriptor, codes);
  const { amperes } = await perform(session, measureCurrent, { dacCodes: codes });
  if (amperes.length === codes.length && amperes.every(Number.isFinite)) return amperes;
  const sent = amperes.length === codes.length ? "a current that is no number" : `${amperes.length} currents`;
  throw new LabError("BAD_REPLY", `${session.name} sent ${sent} for ${codes.length} DAC codes`, {
    next: "update the board's firmware; SPEC.md says what it must send",
  });
}
