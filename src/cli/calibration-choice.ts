/** Which calibration of the converters is meant, as people write it on the command line and in the plan of a campaign. */

import { LabError } from "../core/errors.ts";

/** The newest one of the store, the descriptor's own word, or the number of one. */
export type CalibrationChoice = "latest" | "nominal" | number;

/** @throws LabError USAGE for anything but latest, nominal and the number of a calibration. */
export function calibrationChoice(text: string): CalibrationChoice {
  if (text === "latest" || text === "nominal") return text;
  const id = Number(text);
  if (Number.isInteger(id) && id > 0) return id;
  throw new LabError("USAGE", `"${text}" is no calibration`, {
    next: "give latest, nominal, or a number that `pcmlab calibrate --list` shows",
  });
}
