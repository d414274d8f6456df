/** The board's own measurement of what its programming DAC drives through a sense resistor. */

import { z } from "zod";
import { currentEvent } from "../device/events.ts";
import { drawOf, eventKey, normalOf, timeBits } from "../device/keyed-normal.ts";
import { strictObject } from "../device/strict-object.ts";

export const currentSenseSchema = strictObject({
  /** Rms noise of one measurement. */
  noiseAmperes: z.number().min(0).max(1e-3),
  /** Time of one measurement: the current settles, and a converter averages. */
  sampleSeconds: z.number().min(1e-9).max(1),
});
export type CurrentSense = z.infer<typeof currentSenseSchema>;

const noiseDraw = 1;

/** @param dacAmperes the current of every code. Code after code; each starts where the one before ended. */
export function senseCurrents(
  { noiseAmperes, sampleSeconds }: CurrentSense,
  dacAmperes: Float64Array,
  mixedSeed: number,
  codes: Uint16Array,
  startSeconds: number,
): { readonly amperes: Float32Array; readonly endSeconds: number } {
  const amperes = Float32Array.from(codes, (code, n) => {
    const key = eventKey(mixedSeed ^ timeBits(startSeconds + n * sampleSeconds), code, currentEvent);
    return dacAmperes[code]! + noiseAmperes * normalOf(drawOf(key, noiseDraw));
  });
  return { amperes, endSeconds: startSeconds + codes.length * sampleSeconds };
}
