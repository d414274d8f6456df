/**
 * Each deliberately broken firmware fails the rules that it breaks, and no others; each rule is broken by at least one. Those of the
 * link and of a second client are broken elsewhere: broken-link.test.ts, second-client.test.ts.
 */

import { describe, expect, test } from "vitest";
import { allRules } from "../../src/conformance/rules/all.ts";
import { fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { checkedBoard, failed, faultsOf } from "./boards.ts";
import { atMostOnceCases } from "./broken/at-most-once.ts";
import { blockCases } from "./broken/blocks.ts";
import { timeCases } from "./broken/chip-time.ts";
import { connectionCases } from "./broken/connection.ts";
import { currentCases } from "./broken/currents.ts";
import { descriptorCases } from "./broken/descriptor.ts";
import { emulatorCases } from "./broken/emulator.ts";
import { envelopeCases } from "./broken/envelope.ts";
import { errorCases } from "./broken/errors.ts";
import { grammarCases } from "./broken/grammar.ts";
import { limitCases } from "./broken/limits.ts";
import { lockCases } from "./broken/lock.ts";
import { mvmCases } from "./broken/mvm.ts";
import { programCases } from "./broken/programs.ts";
import { pulseCases } from "./broken/pulses.ts";
import { queryCases } from "./broken/queries.ts";
import { readCases } from "./broken/read.ts";
import { regionCases } from "./broken/regions.ts";
import { replyCases } from "./broken/replies.ts";
import { statusCases } from "./broken/status.ts";
import { timingCases } from "./broken/timing.ts";

const groups = {
  grammar: grammarCases,
  blocks: blockCases,
  limits: limitCases,
  replies: replyCases,
  errors: errorCases,
  status: statusCases,
  descriptor: descriptorCases,
  envelope: envelopeCases,
  regions: regionCases,
  "chip-time": timeCases,
  queries: queryCases,
  read: readCases,
  pulses: pulseCases,
  mvm: mvmCases,
  currents: currentCases,
  programs: programCases,
  lock: lockCases,
  "at-most-once": atMostOnceCases,
  timing: timingCases,
  emulator: emulatorCases,
  connection: connectionCases,
};

describe.each(Object.entries(groups))("%s", (_, group) => {
  test.each(group)("a board that $name", async ({ fault, fails, array = () => fakeArray(mvmDescriptor) }) => {
    const report = await checkedBoard(array(), fault);
    expect(failed(report), faultsOf(report).join("\n")).toEqual([...fails]);
    expect(report.endedEarly).toBeUndefined();
  });
});

const elsewhere = /^(link\.|connection\.(busy|undisturbed)$)/;

test("every rule can be broken", () => {
  const broken = new Set(Object.values(groups).flatMap((group) => group.flatMap(({ fails }) => fails)));
  expect(allRules.map(({ id }) => id).filter((id) => !broken.has(id) && !elsewhere.test(id))).toEqual([]);
});
