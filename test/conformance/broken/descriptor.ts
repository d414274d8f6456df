/** Firmwares that break the descriptor. */

import { answering, withBlock } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

export const descriptorCases: readonly Broken[] = [
  answers(
    "has a converter of 99 bits",
    (reply) => withBlock(reply, (json) => json.replace('"adcBits":8', '"adcBits":99')),
    "descriptor.schema",
  ),
  answers(
    "speaks protocol 2.0",
    (reply) => withBlock(reply, (json) => json.replace('"protocol":"1.0"', '"protocol":"2.0"')),
    "versions.protocol",
  ),
  answers(
    "writes UTF-8 into its descriptor",
    (reply, sent) =>
      sent.startsWith("SYSTem:DESC") ? withBlock(reply, (json) => json.replace('"G+"', '"\xc3\xa9"')) : reply,
    "descriptor.ascii",
  ),
  {
    name: "counts in its descriptor",
    fault: (() => {
      let count = 0;
      return answering((reply, sent) =>
        sent.startsWith("SYSTem:DESC")
          ? withBlock(reply, (json) => json.replace("{", `{"asked":${++count},`))
          : reply,
      );
    })(),
    fails: ["descriptor.constant"],
  },
  rewrites("ignores parameters of SYST:DESC?", /DESC\? 1/, "DESC?", "descriptor.parameters"),
];
