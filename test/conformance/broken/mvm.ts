/** Firmwares that break matrix-vector products. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import { exampleDescriptor, fakeArray } from "../../firmware/fake-array.ts";
import { answering, bigEndian } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

const product = String.raw`^(ARRay:MVM\? 0,0,1,1,1)`;

export const mvmCases: readonly Broken[] = [
  rewrites("clamps inputs", new RegExp(`${product},#11\xc0`), "$1,#11\xc1", "mvm.input-limits"),
  rewrites("takes no vector for one", new RegExp(`${product},#10`), "$1,#11\0", "mvm.vectors"),
  rewrites(
    "takes one vector more",
    new RegExp(`${product},#19\0{9}`),
    "$1,#18\0\0\0\0\0\0\0\0",
    "mvm.vectors",
  ),
  rewrites("takes two phases for one", /^(ARRay:MVM\? 0,0,1,1),2,/, "$1,1,", "mvm.phases"),
  rewrites(
    "multiplies the last row in the place of one beyond",
    /^ARRay:MVM\? 4,0,1,1/,
    "ARRay:MVM? 3,0,1,1",
    "mvm.outside",
  ),
  rewrites(
    "drops a part of a vector",
    /^(ARRay:MVM\? 0,0,2,1,1),#13\0\0\0/,
    "$1,#12\0\0",
    "mvm.whole-vectors",
  ),
  rewrites("takes inputs as unsigned", new RegExp(`${product},#11\xc1`), "$1,#11\x3f", "mvm.sign"),
  rewrites("has no four phases", /^(ARRay:MVM\? 0,0,1,1),4,/, "$1,3,", "mvm.fields"),
  answers(
    "writes outputs most significant byte first",
    (reply, sent) => (sent.startsWith("ARRay:MVM?") ? bigEndian(reply) : reply),
    "mvm.fields",
    "mvm.rectangle",
    "mvm.sign",
    "mvm.largest-batch",
  ),
  answers(
    "stamps the end of the last vector",
    (reply, sent) =>
      /^ARRay:MVM\? 0,0,1,1,1,#11\0/.test(sent)
        ? reply.replace(/^0,([^,]+),([^,]+)/, (_, first, last) => `0,${first},${Number(last) + 1e-6}`)
        : reply,
    "mvm.stamps",
  ),
  rewrites(
    "has room for half a batch",
    /^ARRay:MVM\? 0,0,4,4,1,#232/,
    "ARRay:MVM? 0,0,4,5,1,#232",
    "mvm.largest-batch",
  ),
  {
    name: "answers -200 to MVM that it does not announce",
    array: () => fakeArray({ ...exampleDescriptor, emulated: true }),
    fault: answering((reply, sent) => (sent.startsWith("ARRay:MVM?") ? '-200,"Execution error"' : reply)),
    fails: ["mvm.absent"],
  },
];
