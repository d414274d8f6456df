/** Calibration images must not be test images: an accuracy on images that were used to adapt the network means nothing. */

import { createHash } from "node:crypto";
import { LabError } from "../core/errors.ts";
import { type ImageSet, imageAt } from "./image-set.ts";

/** @throws LabError BAD_DATA with the first calibration image whose pixels are those of a test image, and how many there are. */
export function assertDisjoint(calibration: ImageSet, test: ImageSet): void {
  const tested = new Map(hashes(test).map((hash, index) => [hash, index]));
  const both = hashes(calibration).flatMap((hash, index) => {
    const match = tested.get(hash);
    return match === undefined ? [] : [{ index, match }];
  });
  const first = both[0];
  if (first === undefined) return;
  throw new LabError(
    "BAD_DATA",
    `${both.length} of ${calibration.count} calibration images are test images (image ${first.index} is test image ${first.match})`,
    { next: "calibrate with training images, for example those of data_batch_5.bin" },
  );
}

const hashes = (images: ImageSet): string[] =>
  Array.from({ length: images.count }, (_, index) =>
    createHash("sha1").update(imageAt(images, index)).digest("base64"),
  );
