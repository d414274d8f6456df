/** What tells one power-up of an emulated chip, and one chip that is made anew, from all others. */

import { mix32 } from "../core/prng.ts";
import type { Context } from "./context.ts";

/** Differs from that of any earlier power-up, as a real board's counter or random number would. */
export const bootIdOf = ({ clock }: Pick<Context, "clock">): number =>
  mix32(mix32(process.pid) ^ Math.floor(clock.wallSeconds() * 1000));

/** Tells a chip that is made now from one that was made of the same profile and seed before. */
export const lifeOf = ({ prng }: Pick<Context, "prng">): string =>
  Array.from({ length: 2 }, () =>
    prng
      .below(2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
