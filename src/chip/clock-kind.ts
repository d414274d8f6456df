/** What makes the chip's clock go, and what becomes of it while the board is off. */

import { z } from "zod";

export const clockSchema = z.object({
  /** A virtual clock stands still between operations, and passes on request; a real one passes by itself. */
  kind: z.enum(["real", "virtual"]),
  /** Chip seconds in a second of a real clock; 1 on silicon. */
  factor: z.number().positive(),
  /**
   * What happens while the board is off. `passes`: devices age, and the clock begins at 0 at power-up. `stands`: devices do not
   * age, and the clock goes on where it stood, so that chip times of several power-ups are of one clock.
   */
  offTime: z.enum(["passes", "stands"]),
});

export type ClockKind = z.infer<typeof clockSchema>;

/** The clock of every chip that says nothing of it. */
const ofSilicon: ClockKind = { kind: "real", factor: 1, offTime: "passes" };

export const clockOf = ({ clock = ofSilicon }: { readonly clock?: ClockKind | undefined }): ClockKind =>
  clock;
