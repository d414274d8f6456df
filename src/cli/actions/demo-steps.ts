/** What the demo does once it has a chip. A file of their own, since loading them takes longer than finding out that there is none. */

export { calibrate } from "./calibrate.ts";
export { drift } from "./drift.ts";
export { infer } from "./infer.ts";
export { inferenceTable } from "./infer-table.ts";
export { program } from "./program.ts";
export { read } from "./read.ts";
export { report } from "./report.ts";
