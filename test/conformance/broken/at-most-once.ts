/** Firmwares that break at most once. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import { programFeature } from "../../../src/chip/on-board.ts";
import { bytesOf, textOfBytes } from "../../../src/core/bytes.ts";
import { fakeArray, mvmDescriptor } from "../../firmware/fake-array.ts";
import type { Fault } from "../boards.ts";
import { hearing, instead, over, silent } from "../faults.ts";
import { answers, type Broken } from "./case.ts";

const isPulse = /^ARRay:(PULSe|TRAin)\? (\d+),/;
/** Calls on with the operation id of each pulse request, and the one that was accepted last. */
const watchingIds = (
  act: (id: number, last: number, sent: string, run: (text: string) => string[]) => string[] | undefined,
): Fault => {
  let last = 0;
  return instead((sent, run) => {
    const id = Number(isPulse.exec(sent)?.[2] ?? 0);
    if (id === 0 || sent.indexOf("ARRay", 1) > 0) return undefined;
    const own = act(id, last, sent, run);
    const replies = own ?? run(sent);
    if (replies[0]?.startsWith("0,") && own === undefined) last = id;
    return replies;
  });
};

const withId = (sent: string, id: number): string => sent.replace(isPulse, `ARRay:$1? ${id},`);
const nothingThere = "ARR:READ? 9,0,0,1,1,1,0.1\n";
const recordRules = [
  "once.duplicate",
  "once.duplicate-at-once",
  "once.duplicate-changed",
  "once.smaller",
  "once.reset",
  "once.connection",
];

const worn = fakeArray(mvmDescriptor);
const wear = (): void => {
  const region = { array: 1, row: 3, column: 3, rows: 1, columns: 1 };
  worn.pulse(
    region,
    {
      kind: "per-cell",
      shape: { widthSeconds: 1e-8, trailingSeconds: 0 },
      amplitudeCodes: Uint16Array.of(1),
    },
    0,
  );
};

/** Says of ids that were refused that they were accepted. */
const countingRefused = (): Fault => {
  let largest = 0;
  return instead((sent, run) => {
    const id = Number(isPulse.exec(sent)?.[2] ?? 0);
    if (id > 0 && id < 2 ** 40) largest = Math.max(largest, id);
    return /OPER.*LAST\?\n/.test(sent)
      ? run(sent).map((reply) => reply.replace(/\d+\n$/, `${largest}\n`))
      : undefined;
  });
};

/** Refuses the id of the record after this message. */
const forgettingAt = (message: RegExp): Fault => {
  let forgotten = false;
  const watched = watchingIds((id, last, _, run) => {
    if (forgotten && id === last) return run(nothingThere);
    forgotten = false;
    return undefined;
  });
  return (line, firmware) => {
    const inner = watched(line, firmware);
    return over(inner, (chunk) => {
      if (message.test(textOfBytes(chunk))) forgotten = true;
      return inner.receive(chunk);
    });
  };
};

/** Knows the ids of its own line only. */
const forgettingLines: Fault = (line, firmware) => {
  const seen = new Set<number>();
  return instead((sent, run) => {
    const id = Number(isPulse.exec(sent)?.[2] ?? 0);
    const strange = id > 0 && !seen.has(id);
    seen.add(id);
    const replies = run(sent);
    if (strange && id === recordOfLines) return run(nothingThere);
    if (id > 0 && replies[0]?.startsWith("0,")) recordOfLines = id;
    return replies;
  })(line, firmware);
};
let recordOfLines = 0;

/** Gives the pulse of half a request when the line falls silent. */
const completing = silent((line, latest) => {
  line.silence();
  if (isPulse.test(latest)) line.receive(bytesOf(`${latest}\0\n`));
});

const deafToRepeats = (): Fault => {
  let before = "";
  return instead((sent) => {
    const repeated = isPulse.test(sent) && sent === before;
    before = sent;
    return repeated ? [] : undefined;
  });
};

/** A board whose ids are those of pulses alone: runs of its own have rules of their own. */
const pulsesOnly = () =>
  fakeArray({
    ...mvmDescriptor,
    features: mvmDescriptor.features.filter((feature) => feature !== programFeature),
  });

export const atMostOnceCases: readonly Broken[] = [
  {
    name: "refuses a duplicate",
    fault: watchingIds((id, last, _, run) => (id === last ? run(nothingThere) : undefined)),
    fails: [...recordRules, "lock.record"],
  },
  {
    name: "pulses again for a duplicate, and answers its record",
    array: () => worn,
    fault: watchingIds((id, last) => {
      if (id === last) wear();
      return undefined;
    }),
    fails: recordRules,
  },
  {
    name: "acts anew on a duplicate",
    fault: watchingIds((id, last, sent, run) =>
      id === last ? run(withId(sent, id + 1)).map((reply) => reply.replace(/^0,\d+/, `0,${id}`)) : undefined,
    ),
    fails: [...recordRules, "lock.record"],
  },
  {
    name: "answers its record to other pulses of the same id",
    fault: (() => {
      let text = "";
      return watchingIds((id, last, sent, run) => {
        if (id > last) text = sent;
        return id === last && sent !== text ? run(text) : undefined;
      });
    })(),
    fails: ["once.duplicate-changed"],
  },
  {
    name: "drops a request that is the same as the one before",
    fault: deafToRepeats(),
    fails: ["once.duplicate-at-once"],
  },
  {
    name: "acts on a smaller id",
    fault: watchingIds((id, last, sent, run) =>
      id < last ? run(withId(sent, last + 1)).map((reply) => reply.replace(/^0,\d+/, `0,${id}`)) : undefined,
    ),
    fails: ["once.smaller", "once.event-bit", "once.gap"],
  },
  answers(
    "answers -222 to a smaller id",
    (reply) => reply.replace(/^1001,"Operation id already used/, '-222,"Data out of range'),
    "once.duplicate-changed",
    "once.smaller",
    "once.event-bit",
    "once.gap",
    "program.once",
  ),
  answers(
    "takes 1001 for an execution error",
    (reply, sent) => (sent === "*ESR?\n" && reply === "8" ? "16" : reply),
    "once.event-bit",
  ),
  {
    name: "wants ids one after the other",
    array: pulsesOnly,
    fault: watchingIds((id, last, _, run) => (last > 0 && id > last + 1 ? run(nothingThere) : undefined)),
    fails: ["once.smaller", "once.event-bit", "once.gap", "lock.record"],
  },
  {
    name: "keeps 32 bits of an id",
    fault: hearing((text) =>
      text.replace(/^(ARRay:PULSe\? )(\d{10,15}),/, (_, head, id) => `${head}${Number(id) % 2 ** 32},`),
    ),
    fails: ["once.gap"],
  },
  {
    name: "counts refused ids as accepted",
    array: pulsesOnly,
    fault: countingRefused(),
    fails: [
      "pulses.code-limits",
      "pulses.little-endian",
      "pulses.shape-limits",
      "pulses.region",
      "pulses.all-or-nothing",
      "pulses.blocks",
      "trains.step-limits",
      "trains.steps",
      "trains.missing",
      "once.refused-is-free",
      "lock.forbids",
      "power.up",
    ],
  },
  { name: "forgets its record at *RST", fault: forgettingAt(/\*RST/), fails: ["once.reset"] },
  { name: "forgets its record with the connection", fault: forgettingLines, fails: ["once.connection"] },
  { name: "gives the pulse of half a request", fault: completing, fails: ["once.lost-half"] },
];
