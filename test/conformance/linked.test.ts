/** The whole kit against our emulated board on a line with the reliable link: its own rules, and all others over it. */

import { describe, expect, test } from "vitest";
import { conformanceOf } from "../../src/conformance/report.ts";
import { allRules } from "../../src/conformance/rules/all.ts";
import { fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { checkedBoard, faultsOf, tinyArray } from "./boards.ts";
import { checkedLinkedBoard } from "./linked-boards.ts";

const linkIds = allRules.map(({ id }) => id).filter((id) => id.startsWith("link."));
/** The least that a board may have. */
const smallest = { payloadBytes: 64, windowFrames: 1 };
const largest = { payloadBytes: 16_384, windowFrames: 64 };

describe.each(["in plain lines", "in frames"] as const)(
  "our emulated board, with messages %s",
  (messages) => {
    test.each([
      ["tiny", tinyArray, undefined],
      ["the example board with the largest frames and window", () => fakeArray(mvmDescriptor), largest],
      ["the example board with the smallest frames and window", () => fakeArray(mvmDescriptor), smallest],
    ])("keeps every rule on %s", async (_, array, limits) => {
      const report = await checkedLinkedBoard(array(), messages, limits === undefined ? {} : { limits });
      expect(faultsOf(report)).toEqual([]);
      expect(conformanceOf(report)).toBe("conforms");
      const passed = report.results.filter(({ verdict }) => verdict.kind === "pass").map(({ id }) => id);
      expect(passed).toEqual(expect.arrayContaining(linkIds.filter((id) => id !== "link.elsewhere")));
    });
  },
);

test("to a board without a link the rules of the link do not apply", async () => {
  const report = await checkedBoard(fakeArray(mvmDescriptor));
  const verdicts = report.results.filter(({ id }) => linkIds.includes(id)).map(({ verdict }) => verdict);
  expect(verdicts).toEqual(verdicts.map(() => expect.objectContaining({ kind: "skip", applies: false })));
});
