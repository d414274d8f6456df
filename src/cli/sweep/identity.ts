/** What makes two sweeps ask the same: of the chips, and of the images that run through them. */

import { createHash } from "node:crypto";
import type { ChipProfile } from "../../../mocks/array/profile.ts";
import { needsRanges } from "../../inference/array-model/model.ts";
import { needsImages, parseCompensation } from "../../inference/compensation.ts";
import type { JsonObject } from "../../store/identity.ts";
import type { ModelledArray } from "../actions/modelled-array.ts";

/** What decides the readings of a chip, beside how it is programmed and its seed. */
export interface ChipConditions {
  readonly onnx: Uint8Array;
  readonly profile: ChipProfile;
  readonly gmax: string;
  readonly bias: string;
  readonly verifyAt?: string | undefined;
}

const digestLength = 10;

/** Short, for the names of stores. */
export function chipDigest({ onnx, profile, gmax, bias, verifyAt = "" }: ChipConditions): string {
  const hash = createHash("sha256").update(onnx);
  hash.update(JSON.stringify({ profile, gmax, bias, verifyAt }));
  return hash.digest("hex").slice(0, digestLength);
}

export interface ResultConditions {
  /** As `gatherImages` gives them. */
  readonly sources: object;
  readonly modelled: ModelledArray | undefined;
}

/**
 * Whether a stored result came from these images, calibration images, modelled arrays and ways to run them.
 * @param details of the result. @param name of its compensation. @param seed of the chip, and of the calibration's order.
 */
export function isFrom(
  details: JsonObject,
  name: string,
  { sources, modelled }: ResultConditions,
  seed: number,
): boolean {
  const isDigital = name === "digital";
  const withRanges = modelled !== undefined && needsRanges(modelled.model);
  const withImages = !isDigital && (withRanges || needsImages(parseCompensation(name)));
  const expected = Object.entries({ ...sources, seed }).filter(
    ([key]) => withImages || !imageKeys.includes(key),
  );
  return (
    (isDigital || modelledIn(details) === modelled?.text) &&
    expected.every(([key, value]) => JSON.stringify(details[key]) === JSON.stringify(value))
  );
}

/** As ArrayProducts describes itself. */
function modelledIn({ modelled }: JsonObject): unknown {
  const isTable = typeof modelled === "object" && modelled !== null && "text" in modelled;
  return isTable ? modelled.text : undefined;
}

/** What of the sources only what runs calibration images uses. */
const imageKeys: readonly string[] = ["calibration", "augment", "seed"];
