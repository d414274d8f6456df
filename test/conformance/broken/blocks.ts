/** Firmwares that break blocks. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import { readingLines } from "../faults.ts";
import { type Broken, rewrites } from "./case.ts";

export const blockCases: readonly Broken[] = [
  {
    name: "ends a message at an LF inside a block",
    fault: readingLines,
    fails: [
      "blocks.any-byte",
      "blocks.lf-inside",
      "blocks.cr-last",
      "blocks.for-a-number",
      "blocks.chopping",
      "limits.largest-message",
    ],
  },
  rewrites("translates CR LF", /\r\n/g, "\n", "blocks.any-byte", "blocks.cr-last", "pulses.little-endian"),
  rewrites("takes bytes for flow control", /[\x11\x13]/g, "", "blocks.any-byte"),
  rewrites("drops a CR that belongs to the block", /\n\r\n/, "\n\n", "blocks.cr-last"),
  rewrites("wants short lengths", /#3002/, "#Z", "blocks.length-digits"),
  rewrites(
    "takes an empty block for none",
    /,#10\n/,
    "\n",
    "blocks.empty",
    "masks.length",
    "pulses.blocks",
    "mvm.vectors",
  ),
  rewrites("takes an indefinite block", /#0\x01/, "#12ab", "blocks.indefinite"),
  rewrites("loses the message behind a malformed block", /(#Z12ab)\n/, "$1", "blocks.malformed"),
  rewrites("begins a block inside a string", /"#9999999999"/, "#9999999999", "blocks.none-in-a-string"),
  rewrites("takes a block for a number", /\*ESE #11\n/, "*ESE 1", "blocks.for-a-number"),
  rewrites("loses a # that comes alone", /^#$/, "", "blocks.chopping"),
];
