/** What a run does as a whole: what it sends to a chip, and how it ends when the board does not play along. */

import { describe, expect, test } from "vitest";
import type { Transport } from "../../drivers/transport/transport.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { patience } from "../../src/conformance/patience.ts";
import { conformanceOf, countsOf, pulsesGiven } from "../../src/conformance/report.ts";
import { allRules } from "../../src/conformance/rules/all.ts";
import { runConformance } from "../../src/conformance/run.ts";
import { tableOf } from "../../src/conformance/table.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { askOn } from "../firmware/bench.ts";
import { exampleDescriptor, fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { bytesOfHex, exchangeFile, exchangeFiles, hexOf } from "../firmware-protocol/golden.ts";
import { cable, checkedBoard, type Fault, failed, type Line } from "./boards.ts";
import { EagerTimer } from "./eager-timer.ts";
import { answering, over } from "./faults.ts";

const quiet: Line = { receive: () => [], midMessage: false, silence: () => {} };

function only(line: Line): { readonly transport: Transport; readonly timer: EagerTimer } {
  const timer = new EagerTimer();
  return { transport: cable(line, timer), timer };
}

describe("a chip", () => {
  test("gets no pulse and no request for one unless that is allowed, and is read at its lowest voltage with exceptions", async () => {
    const array = fakeArray(mvmDescriptor);
    let sent = "";
    const listening: Fault = (line) =>
      over(line, (chunk) => {
        sent += textOfBytes(chunk);
        return line.receive(chunk);
      });
    const report = await checkedBoard(array, listening, { pulses: false });
    expect(sent).not.toMatch(/PULS|TRAIN/i);
    expect(array.trains).toEqual([]);
    expect(report.pulses).toBe(0);
    expect(conformanceOf(report)).toBe("incomplete");
    const skipped = report.results.filter(
      ({ verdict }) => verdict.kind === "skip" && /--pulses/.test(verdict.reason),
    );
    expect(skipped.map(({ id }) => id)).toEqual(
      allRules
        // This board has neither a link nor an envelope.
        .filter(({ id, pulses }) => pulses && id !== "link.pulse-once" && !id.startsWith("envelope."))
        .map(({ id }) => id),
    );
    const volts = array.reads.map(({ options }) => options.readVolts);
    expect(volts.filter((value) => value > mvmDescriptor.read.minVolts)).toEqual([
      mvmDescriptor.read.maxVolts,
    ]);
  });

  test("is left alone while another program has locked it", async () => {
    const lockedFault: Fault = (line, firmware) => {
      askOn(firmware.openLine(), 'SYST:LOCK:REQ? "a campaign",60');
      return line;
    };
    const array = fakeArray(mvmDescriptor);
    await expect(checkedBoard(array, lockedFault)).rejects.toMatchObject({
      code: "LOCKED",
      message: 'the chip is locked by "a campaign" for another 60 s',
    });
    expect([array.trains.length, array.reads.length]).toEqual([0, 0]);
  });

  test("gets the weakest pulses in one cell only, as many as the report says", async () => {
    const array = fakeArray(mvmDescriptor);
    const report = await checkedBoard(array);
    const last = { array: 1, row: 3, column: 3, rows: 1, columns: 1 };
    expect(array.trains.map(({ region }) => region)).toEqual(array.trains.map(() => last));
    const steps = array.trains.flatMap(({ train }): unknown[] =>
      train.kind === "shared"
        ? [...train.steps]
        : [{ ...train.shape, amplitudeCode: train.amplitudeCodes[0] }],
    );
    for (const step of steps)
      expect(step).toEqual({ amplitudeCode: 1, widthSeconds: expect.closeTo(1e-8, 15), trailingSeconds: 0 });
    expect(report.pulses).toBe(steps.length);
    expect(report.pulses).toBeLessThan(22);
  });

  test("has got what was asked for when a rule about something else is broken, and nobody knows how much when one about pulses is", async () => {
    const given = async (name: string, wrong: RegExp, right: string): Promise<number | undefined> => {
      const lying = answering((reply) => reply.replace(wrong, right));
      const report = await checkedBoard(fakeArray(mvmDescriptor), lying);
      expect(failed(report)).toEqual([name]);
      return pulsesGiven(report, allRules);
    };
    expect(await given("status.version", /^1999\.0$/, "1995.0")).toBeGreaterThan(5);
    expect(await given("pulses.given", /^0,1,1,/, "0,1,0,")).toBeUndefined();
  });

  test("gets them in the cell that is named", async () => {
    const array = fakeArray(mvmDescriptor);
    const cell = { array: 0, row: 1, column: 2, rows: 1, columns: 1 };
    await checkedBoard(array, undefined, { cellFrom: () => cell });
    expect(new Set(array.trains.map(({ region }) => JSON.stringify(region)))).toEqual(
      new Set([JSON.stringify(cell)]),
    );
  });
});

describe("a board", () => {
  test("that answers nothing ends the run early, with a clear failure and in bounded time", async () => {
    const { transport, timer } = only(quiet);
    await expect(runConformance({ transport, timer, rules: allRules, pulses: false })).rejects.toMatchObject({
      code: "NO_ANSWER",
      message: "the board did not answer *IDN? within 5 s",
    });
    expect(timer.seconds).toBeLessThan(10);
  });

  test("that is taken by somebody else says so", async () => {
    const { transport, timer } = only({ ...quiet, receive: () => [bytesOf("BUSY,another program,0,0\n")] });
    await expect(runConformance({ transport, timer, rules: allRules, pulses: false })).rejects.toMatchObject({
      code: "PORT_BUSY",
    });
  });

  test("that is another instrument is told apart", async () => {
    const { transport, timer } = only({
      ...quiet,
      receive: (chunk) => (chunk.includes(0x49) ? [bytesOf("ACME,Meter,1,2\n")] : []),
    });
    await expect(runConformance({ transport, timer, rules: allRules, pulses: false })).rejects.toMatchObject({
      code: "NOT_OURS",
    });
  });

  test("that falls silent for ever fails that rule, and the rest is not run", async () => {
    let dead = false;
    const dying: Fault = (line) =>
      over(line, (chunk) => {
        dead ||= concatBytes([chunk]).includes(0x23);
        return dead ? [] : line.receive(chunk);
      });
    const report = await checkedBoard(fakeArray(mvmDescriptor), dying);
    expect(report.endedEarly).toBe("the board does not answer any more after grammar.string");
    expect(countsOf(report.results)).toEqual({
      passed: 15,
      failed: 1,
      skipped: allRules.length - 16,
      unchecked: allRules.length - 16,
    });
    expect(conformanceOf(report)).toBe("broken");
  });

  test("that floods the line fails that rule, and no later one", async () => {
    const flood = bytesOf("noise\n".repeat(20_000));
    const flooding: Fault = (line) =>
      over(line, (chunk) => [
        ...line.receive(chunk),
        ...(textOfBytes(chunk) === "*RST;*WAI;*TST?\n" ? [flood] : []),
      ]);
    const report = await checkedBoard(fakeArray(mvmDescriptor), flooding);
    expect(failed(report)).toEqual(["status.self-test"]);
    expect(report.endedEarly).toBeUndefined();
  });

  test("that hangs up at one rule is connected again for the next ones", async () => {
    const timer = new EagerTimer();
    const firmware = new Firmware(fakeArray(mvmDescriptor), 1);
    const connect = async (): Promise<Transport> => {
      const transport = cable(firmware.openLine(), timer);
      const hangsUp = (bytes: Uint8Array): boolean => textOfBytes(bytes).includes("#H20");
      return {
        ...transport,
        write: (bytes) => (hangsUp(bytes) ? transport.close() : transport.write(bytes)),
      };
    };
    const transport = await connect();
    const report = await runConformance({ transport, timer, rules: allRules, pulses: true, connect });
    expect(failed(report)).toEqual(["grammar.non-decimal"]);
    expect(report.endedEarly).toBeUndefined();
  });

  test("that is slow everywhere is checked for the time that all rules have, and no longer", async () => {
    const mute = answering((reply, sent) => (/\*OPC/.test(sent) ? undefined : reply));
    const report = await checkedBoard(fakeArray(mvmDescriptor), mute, {
      patience: { ...patience, totalSeconds: 3 },
    });
    expect(report.endedEarly).toBe("the time for all rules, 3 s, is over");
  });

  test("may be left by the user between two rules", async () => {
    const stop = new AbortController();
    const report = await checkedBoard(fakeArray(mvmDescriptor), undefined, {
      stop: stop.signal,
      beginning: () => stop.abort(),
    });
    expect(report.endedEarly).toBe("stopped by the user");
    expect(countsOf(report.results)).toMatchObject({ passed: 1, failed: 0 });
    expect(conformanceOf(report)).toBe("incomplete");
  });

  test("on a cable of messages is spared what only a stream can carry", async () => {
    const report = await checkedBoard(fakeArray(mvmDescriptor), undefined, { cable: "usb" });
    const skipped = report.results.filter(
      ({ verdict }) => verdict.kind === "skip" && /silence/.test(verdict.reason),
    );
    expect(skipped.map(({ id }) => id)).toEqual(allRules.filter(({ stream }) => stream).map(({ id }) => id));
  });
});

describe("a board that keeps every rule that was checked", () => {
  const idsOf = (report: Awaited<ReturnType<typeof checkedBoard>>, applies: boolean): string[] =>
    report.results.flatMap(({ id, verdict }) =>
      verdict.kind === "skip" && verdict.applies === applies ? [id] : [],
    );

  test("conforms when only what it does not offer was skipped", async () => {
    const report = await checkedBoard(fakeArray({ ...exampleDescriptor, emulated: true }), undefined, {
      cable: "usb",
    });
    expect(idsOf(report, true)).toEqual([]);
    expect(idsOf(report, false)).toEqual(expect.arrayContaining(["mvm.fields", "once.lost-half"]));
    expect(conformanceOf(report)).toBe("conforms");
  });

  test.each([
    ["pulses were not allowed", { pulses: false }, allRules.filter(({ pulses }) => pulses)],
    [
      "nobody could switch it off and on",
      { powerCycle: undefined },
      allRules.filter(({ id }) => ["power.up", "lock.power"].includes(id)),
    ],
    [
      "nobody could connect again",
      { connect: undefined },
      allRules.filter(({ id }) => /^(once\.connection|lock\.connection|connection\..*)$/.test(id)),
    ],
  ])("is incomplete when %s", async (_, options, missing) => {
    const report = await checkedBoard(fakeArray(mvmDescriptor), undefined, options);
    const unchecked = idsOf(report, true);
    expect(missing.map(({ id }) => id)).toEqual(expect.arrayContaining(unchecked));
    expect(unchecked.length).toBeGreaterThan(0);
    expect(countsOf(report.results)).toMatchObject({ failed: 0, unchecked: unchecked.length });
    expect(conformanceOf(report)).toBe("incomplete");
    expect(tableOf(report).split("\n").at(-1)).toContain(`incomplete; ${allRules.length} rules: `);
  });
});

test("the rules have stable ids, each its own, and name sections of SPEC.md", () => {
  expect(new Set(allRules.map(({ id }) => id)).size).toBe(allRules.length);
  for (const { id, section } of allRules) {
    expect(id).toMatch(/^[a-z]+\.[a-z-]+$/);
    expect(section).toMatch(/^\d+(\.\d+)?$/);
  }
});

test("the table groups by section, shows what came where a rule failed, and counts in its last line", async () => {
  const wrong = answering((reply) => reply.replace("1999.0", "1995.0"));
  const table = tableOf(await checkedBoard(fakeArray(mvmDescriptor), wrong, { pulses: false })).split("\n");
  expect(table[0]).toBe("Example Lab,PCM-16,0042,2.1.0");
  const at = table.findIndex((line) => line.startsWith("  FAIL  status.version "));
  expect(table.slice(at + 1, at + 4)).toEqual([
    "          sent      SYST:VERS?\\n",
    "          expected  1999.0\\n",
    "          came      1995.0\\n",
  ]);
  const sections = table.filter((line) => /^\d/.test(line)).map((line) => Number(line.split(" ")[0]));
  expect(sections).toEqual([2, 3.1, 3.2, 3.3, 3.4, 4, 5, 6, 7, 7.1, 8, 9, 10, 11, 12, 13, 14, 17]);
  expect(table.at(-1)).toMatch(
    /^broken; \d+ rules: \d+ passed, 1 failed, \d+ skipped \(\d+ of them apply to this board\); 0 weak pulses given$/,
  );
});

/** Of these the kit sends a version of its own: with a read that fits the chip, or without what only follows a power-up. */
const fitted = [
  "power-on-event-once",
  "short-form",
  "line-feed-and-quote-inside-a-block",
  "carriage-return-as-last-byte-of-a-block",
  "indefinite-block-is-not-understood",
  "block-beyond-the-limit",
];

test.each(exchangeFiles)("every golden exchange of %s.json that fits any board is sent", async (file) => {
  const sent: Uint8Array[] = [];
  const listening: Fault = (line) =>
    over(line, (chunk) => {
      sent.push(chunk);
      return line.receive(chunk);
    });
  await checkedBoard(fakeArray({ ...exampleDescriptor, emulated: true }), listening);
  const all = hexOf(concatBytes(sent));
  const missing = exchangeFile(file).exchanges.filter(
    ({ sendHex }) => !all.includes(hexOf(bytesOfHex(sendHex))),
  );
  expect(missing.map(({ name }) => name).filter((name) => !fitted.includes(name))).toEqual([]);
});
