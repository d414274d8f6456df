/** Matrix-vector products over a SCPI session. */

import { mvm } from "../../firmware-protocol/operation/mvm.ts";
import type { Descriptor, MvmAbility } from "../../src/chip/descriptor.ts";
import {
  largestOutputCode,
  type MvmReadout,
  type MvmRequest,
  mvmAbility,
  unitCellsText,
  vectorsOf,
} from "../../src/chip/mvm.ts";
import { LabError } from "../../src/core/errors.ts";
import { perform } from "../instrument/perform.ts";
import type { Session } from "../instrument/session.ts";

/**
 * @throws LabError LIMIT on a chip without MVM, which need not even know the header and so may never answer; BAD_REPLY for
 * another number of outputs, or for codes that the converter does not have.
 */
export async function multiply(
  session: Session,
  descriptor: Descriptor,
  request: MvmRequest,
): Promise<MvmReadout> {
  const ability = mvmAbility(descriptor);
  const reply = await perform(session, mvm, request);
  const fault = outputsFault(ability, request, reply.outputs);
  if (fault === undefined) return { ...request, ...reply };
  throw new LabError("BAD_REPLY", `${session.name} sent ${fault} for ${unitCellsText(request.cells)}`, {
    next: "update the board's firmware; SPEC.md says what it must send",
  });
}

/** Codes out of range are most often bytes in the wrong order. */
function outputsFault(ability: MvmAbility, request: MvmRequest, outputs: Int16Array): string | undefined {
  const asked = vectorsOf(request) * request.cells.columns;
  if (outputs.length !== asked) return `${outputs.length} outputs where ${asked} were asked`;
  const largest = request.phases * largestOutputCode(ability);
  const odd = outputs.findIndex((code) => Math.abs(code) > largest);
  return odd < 0 ? undefined : `output ${odd} of ${outputs[odd]}, beyond ±${largest},`;
}
