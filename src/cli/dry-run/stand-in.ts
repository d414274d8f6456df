/** Which emulated chip stands for a real one in a dry run. */

import { builtinProfile, type ChipProfile, profileNames } from "../../../mocks/array/profile.ts";
import { differences } from "../../../mocks/array/profile-difference.ts";
import type { Descriptor } from "../../chip/descriptor.ts";
import { LabError } from "../../core/errors.ts";
import { ownDescriptor } from "./emulated-chip.ts";

/** Differences in one message; a chip of another kind differs everywhere. */
const mostDifferences = 8;

/**
 * The built-in profile of the chip's model; what an emulated chip does counts for the chip only if their arrays, converters, pulses and
 * limits are the same.
 * @param named that --profile names, if any.
 * @throws LabError BAD_PROFILE when there is none, or with what differs.
 */
export function standInFor(descriptor: Descriptor, named: ChipProfile | undefined): ChipProfile {
  const profile = named ?? profileOfModel(descriptor.model);
  const differing = differences(relevantOf(ownDescriptor(profile)), relevantOf(descriptor));
  if (differing.length === 0) return profile;
  const listed = differing.slice(0, mostDifferences).join("; ");
  const more = differing.length > mostDifferences ? `; and ${differing.length - mostDifferences} more` : "";
  throw new LabError(
    "BAD_PROFILE",
    `the emulated ${profile.name} cannot stand for ${descriptor.model} ${descriptor.serialNumber}: ${listed}${more}`,
    {
      next: `nothing was programmed; \`pcmlab profile show ${profile.name} > FILE.json\`, make it like the chip, and name it with --profile`,
    },
  );
}

function profileOfModel(model: string): ChipProfile {
  const profile = profileNames.map(builtinProfile).find((known) => known.model === model);
  if (profile !== undefined) return profile;
  throw new LabError("BAD_PROFILE", `no built-in profile is of the model ${model}`, {
    next: `nothing was programmed; name one that is like the chip with --profile: ${profileNames.join(", ")}, or a FILE`,
  });
}

/** What programming depends on. */
const relevantOf = ({ arrays, read, program, envelope, mvm, maxCellsPerRequest }: Descriptor): object => ({
  arrays,
  read,
  program,
  envelope,
  mvm,
  maxCellsPerRequest,
});
