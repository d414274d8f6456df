/** What the in-array MVM needs to know about a chip, beside its devices and its column errors; the values live in the chip profiles. */

import { z } from "zod";
import { mvmSchema } from "../../../src/chip/descriptor.ts";
import { strictObject } from "../../device/strict-object.ts";

const quartic = z.array(z.number()).length(5);

export const mvmParametersSchema = strictObject({
  /** What the chip tells of its MVM in the descriptor. */
  ability: strictObject({
    ...mvmSchema.shape,
    // The noise of the devices counts squares of inputs in quarters (kernel.wat), so that odd ones lose 1: 3 % of the variance of 4
    // bits, and all that there is of 2.
    inputBits: mvmSchema.shape.inputBits.min(4),
  }),
  /** Noise of one conversion, rms output codes of a converter without gain error. */
  conversionNoiseCodes: z.number().min(0).max(100),
  /** Resistance of a bit line from one row to the next; the converter is next to row 0. */
  wireOhms: z.number().min(0).max(10),
  /**
   * Noise of one device in one MVM, sigma = slope G + offset (S), with slope and offset as polynomials (highest power first) of
   * log10(mean integration time in ns).
   */
  deviceNoise: strictObject({ slope: quartic, offsetSiemens: quartic }),
  /** Chip time for which the conductances of an MVM are held, drift and 1/f noise included. */
  holdSeconds: z.number().min(1e-6).max(10),
});
export type MvmParameters = z.infer<typeof mvmParametersSchema>;
