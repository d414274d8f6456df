/** What makes two sweeps ask the same: of the chips, and of the images that run through them. */

import { createHash } from "node:crypto";
import type { ChipProfile } from "../../../mocks/array/profile.ts";
import { needsImages, parseCompensation } from "../../inference/compensation.ts";
import type { JsonObject } from "../../store/identity.ts";

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

/**
 * Whether a stored result came from these images, calibration images and ways to run them.
 * @param details of the result. @param sources as `gatherImages` gives them. @param seed of the chip, and of the calibration's order.
 */
export function isFrom(details: JsonObject, compensation: string, sources: object, seed: number): boolean {
  const isDigital = compensation === "digital";
  const withImages = !isDigital && needsImages(parseCompensation(compensation));
  const expected = Object.entries({ ...sources, seed }).filter(
    ([key]) => withImages || !imageKeys.includes(key),
  );
  return expected.every(([key, value]) => JSON.stringify(details[key]) === JSON.stringify(value));
}

/** What of the sources only compensations with calibration images use. */
const imageKeys: readonly string[] = ["calibration", "augment", "seed"];
