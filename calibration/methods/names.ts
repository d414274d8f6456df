/** The names of all ways to program, as they are stored and named on the command line. */

import { algorithmNames } from "../program-verify/algorithm-names.ts";

export const methodNames = [...algorithmNames, "on-board", "gradient-descent"] as const;

export type MethodName = (typeof methodNames)[number];
