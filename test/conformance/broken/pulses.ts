/** Firmwares that break pulses and trains. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import { instead } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

const pulse = String.raw`^(ARRay:PULSe\? \d+,1,3,3,1,1)`;

export const pulseCases: readonly Broken[] = [
  answers(
    "says that it gave no pulse",
    (reply, sent) => (sent.startsWith("ARRay:PULSe") ? reply.replace(/^0,1,1,/, "0,1,0,") : reply),
    "pulses.given",
  ),
  rewrites("clamps a code", /^(ARRay:PULSe\?[^#]*#11\x01,#12)\xcd\x0c/, "$1\xcc\x0c", "pulses.code-limits"),
  rewrites(
    "reads the high byte of a code first",
    /^(ARRay:PULSe\?[^#]*#11\x01,#12)\0\x0d/,
    "$1\x0d\0",
    "pulses.little-endian",
  ),
  rewrites("takes code 0 for 1", /^(ARRay:PULSe\?.*#11\x01,#12)\0\0/, "$1\x01\0", "pulses.code-limits"),
  rewrites("clamps a width that is too short", new RegExp(`${pulse},9,`), "$1,10,", "pulses.shape-limits"),
  rewrites("clamps a trailing edge", new RegExp(`${pulse},10,10001,`), "$1,10,10000,", "pulses.shape-limits"),
  rewrites(
    "pulses the last row in the place of one beyond",
    /^(ARRay:PULSe\? \d+,1),4,3/,
    "$1,3,3",
    "pulses.region",
  ),
  rewrites("pulses reference resistors", /^(ARRay:PULSe\? \d+),2,0,0/, "$1,1,0,0", "pulses.region"),
  rewrites(
    "pulses the cells whose codes are right",
    /^(ARRay:PULSe\? \d+,1,3,2,1,2,10,0,#11)\x03,#14\x01\0\xcd\x0c\n/,
    "$1\x01,#12\x01\0\n",
    "pulses.all-or-nothing",
  ),
  rewrites(
    "ignores codes too many",
    /^(ARRay:PULSe\?.*#11\x01),#14\x01\0\x01\0/,
    "$1,#12\x01\0",
    "pulses.blocks",
  ),
  rewrites("takes id 0 for the next one", /^ARRay:PULSe\? 0,/, "ARRay:PULSe? 77,", "pulses.id-limits"),
  rewrites(
    "has steps of a kind of its own",
    /^(ARRay:TRAin\?.*#11\x01,1,10,0),1,10,0\n/,
    "$1\n",
    "trains.given",
  ),
  rewrites(
    "drops steps beyond maxSteps",
    /^(ARRay:TRAin\?.*#11\x01(?:,1,10,0){8}),1,10,0\n/,
    "$1\n",
    "trains.steps",
  ),
  rewrites("ignores part of a step", /^(ARRay:TRAin\?.*#11\x01,1,10,0),1\n/, "$1\n", "trains.missing"),
  rewrites(
    "clamps the width of a step",
    /^(ARRay:TRAin\?.*,1),10001,0\n/,
    "$1,10000,0\n",
    "trains.step-limits",
  ),
  {
    name: "pulses and refuses",
    fault: instead((sent, run) => {
      const match = /^(ARRay:PULSe\? \d+,1,3,3,1,1),10001,/.exec(sent);
      if (match === null) return undefined;
      run(sent.replace(match[0], `${match[1]},10000,`));
      run("SYST:ERR?\n");
      return run("ARR:READ? 9,0,0,1,1,1,0.1\n");
    }),
    fails: ["pulses.shape-limits", "once.refused-is-free"],
  },
];
