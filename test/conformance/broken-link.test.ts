/** Each board with a deliberately broken link fails the rules that it breaks, and no others; each rule of the link is broken by at least one. */

import { describe, expect, test } from "vitest";
import { allRules } from "../../src/conformance/rules/all.ts";
import { fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { failed, faultsOf } from "./boards.ts";
import { linkFrameCases } from "./broken/link/frames.ts";
import { linkKindCases } from "./broken/link/kinds.ts";
import { linkPlainCases } from "./broken/link/plain.ts";
import { linkReceivingCases } from "./broken/link/receiving.ts";
import { linkSendingCases } from "./broken/link/sending.ts";
import { linkSessionCases } from "./broken/link/sessions.ts";
import { checkedLinkedBoard } from "./linked-boards.ts";

const groups = {
  frames: linkFrameCases,
  kinds: linkKindCases,
  plain: linkPlainCases,
  sessions: linkSessionCases,
  receiving: linkReceivingCases,
  sending: linkSendingCases,
};

describe.each(Object.entries(groups))("%s", (_, group) => {
  test.each(group)("a board that $name", async ({ fails, options, ...board }) => {
    const array = fakeArray(mvmDescriptor);
    const report = await checkedLinkedBoard(array, "in plain lines", board, options);
    expect(failed(report), faultsOf(report).join("\n")).toEqual([...fails]);
    expect(report.endedEarly).toBeUndefined();
  });
});

test("every rule of the link can be broken", () => {
  const broken = new Set(Object.values(groups).flatMap((group) => group.flatMap(({ fails }) => fails)));
  const rules = allRules.map(({ id }) => id).filter((id) => id.startsWith("link."));
  expect(rules.filter((id) => !broken.has(id))).toEqual([]);
});
