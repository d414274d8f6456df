/** Firmwares that break emulator-only operations. */

import { fakeArray, mvmDescriptor } from "../../firmware/fake-array.ts";
import { answering, withBlock } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

export const emulatorCases: readonly Broken[] = [
  {
    name: "is no emulator and knows its operations",
    array: () => fakeArray({ ...mvmDescriptor, emulated: false }),
    fault: (line) => line,
    fails: ["emulator.absent"],
  },
  answers(
    "goes back in time",
    (reply, sent) => (sent === "EMULator:TIME? 0\n" ? "0,0" : reply),
    "emulator.time-past",
  ),
  answers(
    "ignores the time that is asked for",
    (reply, sent) => (/^EMULator:TIME\? 0\./.test(sent) ? "0,0" : reply),
    "emulator.time-forward",
  ),
  rewrites("clamps times", /^EMUL:TIME\? -1/, "EMUL:TIME? 0", "emulator.time-limits"),
  rewrites("clamps temperatures", /^EMUL:TEMP\? 450.1/, "EMUL:TEMP? 450", "emulator.temperature-limits"),
  rewrites("cannot set its temperature", /^EMULator:TEMPerature/, "EMUL:BOGUS", "emulator.temperature"),
  {
    name: "sets temperatures without the feature",
    array: () => fakeArray({ ...mvmDescriptor, features: ["advance-time"] }),
    fault: answering((reply, sent) => (sent.startsWith("EMUL:TEMP?") ? "0,300" : reply)),
    fails: ["emulator.temperature-lacking"],
  },
  {
    name: "moves its clock without the feature",
    array: () => fakeArray({ ...mvmDescriptor, features: ["set-temperature"] }),
    fault: (line) => line,
    fails: ["emulator.time-lacking"],
  },
  answers(
    "writes the truth most significant byte first",
    (reply, sent) =>
      sent.startsWith("EMULator:TRUTh")
        ? withBlock(reply, (b) => b.replace(/([\s\S])([\s\S])([\s\S])([\s\S])/g, "$4$3$2$1"))
        : reply,
    "emulator.truth",
  ),
  answers(
    "counts wear in 16 bits",
    (reply, sent) =>
      /^EMULator:WEAR\? \d,0,0,1,3/.test(sent) ? withBlock(reply, (b) => b.slice(0, 6)) : reply,
    "emulator.wear",
  ),
  rewrites(
    "knows cells nowhere",
    /^EMULator:WEAR\? 3,0,0,2,8/,
    "EMULator:WEAR? 0,0,0,2,2",
    "emulator.outside",
  ),
];
