/** Every phrase of the "Bad input" sections, with the command line that provokes it and what it must say, or with the test that does. */

import { campaigns } from "./campaigns-cases.ts";
import type { Case } from "./case.ts";
import { firstLight } from "./first-light-cases.ts";
import { inference } from "./inference-cases.ts";
import { programming } from "./programming-cases.ts";
import { silicon } from "./silicon-cases.ts";
import { wire } from "./wire-cases.ts";

/** By what the issues are about that have the sections. */
export const sections: Readonly<Record<string, readonly Case[]>> = {
  "first light": firstLight,
  wire,
  silicon,
  programming,
  campaigns,
  inference,
};
