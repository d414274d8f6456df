/** Firmwares that break regions, masks and codes. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import { answering, bigEndian, hearing, withBlock } from "../faults.ts";
import { answers, type Broken, isRead, readFields, rewrites } from "./case.ts";

export const regionCases: readonly Broken[] = [
  rewrites(
    "reads the last row in the place of one beyond",
    /^(ARRay:READ\? 1),4,3,1,1/,
    "$1,3,3,1,1",
    "regions.outside",
  ),
  rewrites("reads a row in the place of none", /^(ARRay:READ\? 1,3,3),0,1/, "$1,1,1", "regions.outside"),
  rewrites("takes a fraction of a row", /^(ARRay:READ\? 1,3)\.5/, "$1", "regions.fraction"),
  {
    name: "reads more cells than it says",
    fault: answering((reply, sent) =>
      sent.startsWith("SYSTem:DESC")
        ? withBlock(reply, (json) => json.replace('"maxCellsPerRequest":16', '"maxCellsPerRequest":8'))
        : reply,
    ),
    fails: ["regions.too-many-cells"],
  },
  answers(
    "forgets the last cell of a rectangle",
    (reply, sent) =>
      /^ARRay:READ\? \d,\d,\d,2,2/.test(sent) ? withBlock(reply, (codes) => codes.slice(0, -2)) : reply,
    "regions.rectangle",
  ),
  answers(
    "forgets the last cell of 16",
    (reply, sent) =>
      /^ARRay:READ\? \d,0,0,4,4/.test(sent) ? withBlock(reply, (codes) => codes.slice(0, 30)) : reply,
    "regions.largest",
    "codes.little-endian",
    "codes.saturated",
    "time.read-stamps",
    "time.resolution",
  ),
  rewrites(
    "refuses the last cell of the references",
    /^(ARRay:READ\? 2,2,3)/,
    "ARRay:READ? 2,3,3",
    "regions.last-cell",
  ),
  {
    name: "counts mask bits from the top",
    fault: hearing((text) =>
      isRead(text)
        ? text.replace(
            /(,#1\d)([\s\S]{1,2})\n$/,
            (_, header, mask) => `${header}${[...mask].map(reversedBits).join("")}\n`,
          )
        : text,
    ),
    fails: ["masks.order"],
  },
  rewrites("ignores mask bytes too many", /^(ARRay:READ\?.*),#12\0\0/, "$1,#11\0", "masks.length"),
  rewrites("takes a number for a mask", /^(ARRay:READ\? 1,3,3,1,1,1,0\.1),1\n/, "$1\n", "masks.kind"),
  answers(
    "writes codes most significant byte first",
    (reply, sent) => (/^ARRay:READ\? \d,0,0,4,4/.test(sent) ? bigEndian(reply) : reply),
    "regions.largest",
    "codes.little-endian",
    "codes.saturated",
    "time.read-stamps",
    "time.resolution",
  ),
  answers(
    "counts every cell as saturated",
    readFields(([status = "", first = "", last = "", kelvin = "", count = ""]) => [
      status,
      first,
      last,
      kelvin,
      count === "0" ? "1" : count,
    ]),
    "masks.order",
    "codes.saturated",
    "time.nothing-chosen",
  ),
];

const reversedBits = (character: string): string =>
  String.fromCharCode(
    Number.parseInt(character.charCodeAt(0).toString(2).padStart(8, "0").split("").reverse().join(""), 2),
  );
