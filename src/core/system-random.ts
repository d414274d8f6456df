/** Random numbers that nobody can repeat, for what must differ from run to run; the only file that asks the system for them. */

import { randomBytes } from "node:crypto";
import { type Prng, seededPrng } from "./prng.ts";

export const systemPrng = (): Prng => seededPrng(randomBytes(4).readUInt32LE());
