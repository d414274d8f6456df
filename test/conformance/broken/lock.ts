/** Firmwares that break the lock. */

import type { Firmware } from "../../../mocks/firmware/firmware.ts";
import { bytesOf, textOfBytes } from "../../../src/core/bytes.ts";
import type { Fault } from "../boards.ts";
import { answering, messagewise, over, withBlock } from "../faults.ts";
import { answers, type Broken, rewrites } from "./case.ts";

type Run = (text: string) => string[];

const kit = "pcmlab conformance";
const show = `SYSTem:LOCK:REQuest? "${kit}",60\n`;
const free = `SYSTem:LOCK:RELease? "${kit}"\n`;

/** Whether the kit has taken the lock, and this session holds it or not. */
const isLocked = (run: Run, holds: 0 | 1): boolean =>
  (run("SYST:LOCK:OWN?\n")[0] ?? "").startsWith(`0,${holds},"${kit}"`);
const refusing = (run: Run): string[] => run("EMUL:TIME? 0\n");

/** Takes every session for the holder when it is sent such a message. */
const trusting = (pattern: RegExp): Fault =>
  messagewise((sent, run) => {
    if (pattern.test(sent) && isLocked(run, 0)) run(show);
    return run(sent);
  });

/** Refuses such a message to sessions that hold the lock, or that do not. */
const strict = (pattern: RegExp, holds: 0 | 1): Fault =>
  messagewise((sent, run) => {
    if (!pattern.test(sent) || !isLocked(run, holds)) return run(sent);
    if (holds === 1) run("*IDN?\n");
    return refusing(run);
  });

const lookingIntoNoRecord = (): Fault => {
  let last = "";
  return messagewise((sent, run) => {
    if (!sent.startsWith("ARRay:PULSe?")) return run(sent);
    if (sent === last && isLocked(run, 0)) return refusing(run);
    const replies = run(sent);
    if (replies[0]?.startsWith("0,")) last = sent;
    return replies;
  });
};

const keepingOverPower = (): Fault => {
  let powered: Firmware | undefined;
  let taken = false;
  return (line, firmware) => {
    if (powered !== firmware && taken) line.receive(bytesOf(show));
    powered = firmware;
    return over(line, (chunk) => {
      const sent = textOfBytes(chunk);
      if (/LOCK:RE[QL]/.test(sent)) taken = sent.lastIndexOf(show) > sent.lastIndexOf(free);
      return line.receive(chunk);
    });
  };
};

export const lockCases: readonly Broken[] = [
  answers(
    "says that its lock is taken when it was freed",
    (reply, sent) => (sent.includes(`${free}${free}`) && reply === '0,0,"",0' ? `0,1,"${kit}",60` : reply),
    "lock.taken",
  ),
  {
    name: "gives its lock to whoever asks",
    fault: messagewise((sent, run) => {
      if (/LOCK:REQ.*another program/.test(sent)) run(free);
      return run(sent);
    }),
    fails: ["lock.others"],
  },
  rewrites(
    "knows no sessions on a line",
    /\*IDN\?\n/g,
    "*IDN?;*WAI\n",
    "lock.session",
    "lock.forbids",
    "lock.forbids-runs",
    "lock.harmless",
    "lock.emulator",
  ),
  rewrites("has leases of a minute alone", /(LOCK:REQuest\? "[^"]*"),1\n/g, "$1,60\n", "lock.lease"),
  rewrites("clamps leases", /(LOCK:REQ\? "[^"]*"),86401\n/, "$1,86400\n", "lock.limits"),
  { name: "gives everybody's pulses", fault: trusting(/^ARRay:(PULSe|TRAin)/), fails: ["lock.forbids"] },
  { name: "begins everybody's runs", fault: trusting(/^PROGram:VERify/), fails: ["lock.forbids-runs"] },
  { name: "moves its time for everybody", fault: trusting(/^EMUL:TIME/), fails: ["lock.emulator"] },
  { name: "refuses the pulses of its holder", fault: strict(/^ARRay:PULSe/, 1), fails: ["lock.holder"] },
  { name: "lets nobody read but the holder", fault: strict(/^ARRay:READ/, 0), fails: ["lock.harmless"] },
  {
    name: "looks at its lock before it looks into its record",
    fault: lookingIntoNoRecord(),
    fails: ["lock.record"],
  },
  {
    name: "has a lock that it does not announce",
    fault: answering((reply, sent) =>
      sent.includes("SYSTem:DESCriptor?") && reply.includes("#")
        ? withBlock(reply, (json) => json.replace(',"lock"', ""))
        : reply,
    ),
    fails: ["lock.absent"],
  },
  {
    name: "frees its lock with the connection",
    fault: (line) => {
      line.receive(bytesOf(free));
      return line;
    },
    fails: ["lock.connection"],
  },
  { name: "keeps its lock over power-up", fault: keepingOverPower(), fails: ["lock.power"] },
];
