/** Whether the converters under the tiles of a network can be trusted, for a run that was placed by another calibration. */

import type { Descriptor } from "../../chip/descriptor.ts";
import type { ConverterCalibration } from "../../chip/readout.ts";
import { LabError } from "../../core/errors.ts";
import { failedBitLines, type Mark, markText } from "../../network/marks.ts";
import type { StoredTile } from "../../store/placement.ts";

/**
 * @param marks of the run, whose devices it leaves alone already.
 * @throws LabError STORE_CONTENT with the bit lines of the tiles whose converters failed this calibration, and not the one of the run.
 */
export function assertTrusted(
  calibration: ConverterCalibration,
  tiles: readonly Pick<StoredTile, "region">[],
  marks: readonly Mark[],
  descriptor: Descriptor,
): void {
  const known = new Set(marks.map(markText));
  const failed = failedBitLines(calibration, descriptor).filter(
    (mark) => !known.has(markText(mark)) && tiles.some(({ region }) => isUnder(mark, region)),
  );
  if (failed.length === 0) return;
  throw new LabError(
    "STORE_CONTENT",
    `tiles of the run lie on lines whose converters failed calibration ${calibration.name}: ${failed.map(markText).join(", ")}`,
    {
      next: "nothing was sent; go on with the calibration of the run, or measure again: pcmlab calibrate --chip PORT --store FILE",
    },
  );
}

const isUnder = (mark: Mark, { array, column, columns }: StoredTile["region"]): boolean =>
  mark.kind === "bit-line" && mark.array === array && mark.column >= column && mark.column < column + columns;
