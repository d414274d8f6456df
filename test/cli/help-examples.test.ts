import { expect, test } from "vitest";
import { exampleText } from "../../src/cli/help-examples.ts";

test("examples can be copied: their purpose is a comment, and long lines go on behind a backslash before an option", () => {
  const examples = [
    ["$0 read --chip ./fusion", "one readout"],
    [`$0 infer --store run.db --images ${"x".repeat(40)} --limit 5`, "accuracy over time"],
  ] as const;
  expect(exampleText(examples, 60).split("\n")).toEqual([
    "Examples:",
    "  # one readout",
    "  pcmlab read --chip ./fusion",
    "  # accuracy over time",
    "  pcmlab infer --store run.db \\",
    `      --images ${"x".repeat(40)} \\`,
    "      --limit 5",
  ]);
});
