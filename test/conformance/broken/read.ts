/** Firmwares that break reads. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import { answers, type Broken, readFields, rewrites } from "./case.ts";

const oneRead = String.raw`^(ARRay:READ\? 1,3,3,1,1)`;

export const readCases: readonly Broken[] = [
  rewrites("takes no average for one", new RegExp(`${oneRead},0,`), "$1,1,", "read.averages-limits"),
  rewrites("clamps averages", new RegExp(`${oneRead},256,`), "$1,255,", "read.averages-limits"),
  rewrites("does not average", new RegExp(`${oneRead},255,`), "$1,1,", "time.resolution"),
  rewrites("clamps a voltage", new RegExp(`${oneRead},1,0\\.30\\d+`), "$1,1,0.3", "read.volts-limits"),
  rewrites("refuses its largest voltage", new RegExp(`${oneRead},1,0\\.3\\n`), "$1,1,0.4\n", "read.volts"),
  rewrites("has a voltage of its own", new RegExp(`${oneRead},1\\n`), "$1,1,0.2\n", "read.missing"),
  rewrites("takes a word for a voltage", /HIGH/, "0.3", "read.kind"),
  rewrites("ignores what stands behind the mask", /^(ARRay:READ.*,#11\x01),1\n/, "$1\n", "read.too-many"),
  answers(
    "adds a field to reads",
    readFields((fields) => (fields[4] === "0" ? [...fields, "0"] : fields)),
    "regions.last-cell",
    "regions.largest",
    "regions.rectangle",
    "masks.order",
    "codes.little-endian",
    "codes.saturated",
    "time.read-stamps",
    "time.nothing-chosen",
    "time.resolution",
    "temperature.stamps",
    "read.fields",
    "read.averages",
    "read.volts",
    "timing.pipelined-reads",
  ),
];
