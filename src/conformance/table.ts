/** A report as a table for people: grouped by section, with what was sent, expected and came where a rule failed. Pure. */

import { conformanceOf, countsOf, type Report, type RuleResult } from "./report.ts";

const titles: Readonly<Record<string, string>> = {
  "2": "Cables",
  "3.1": "Grammar",
  "3.2": "Blocks",
  "3.3": "Limits",
  "3.4": "Deviations from the standards",
  "4": "Replies",
  "5": "Errors",
  "6": "Status and common commands",
  "7": "Descriptor",
  "7.1": "Envelope",
  "8": "Regions, masks, codes",
  "9": "Chip time",
  "10": "Operations",
  "11": "At most once",
  "12": "Timing",
  "13": "Emulator-only operations",
  "14": "Versions",
  "17": "Reliable link on serial lines",
};
const marks = { pass: "pass", fail: "FAIL", skip: "skip" } as const;

export function tableOf(report: Report): string {
  const sections = [...bySection(report.results)].sort(([a], [b]) => Number(a) - Number(b));
  const width = Math.max(...report.results.map(({ id }) => id.length));
  const groups = sections.map(([section, results]) =>
    [`${section} ${titles[section] ?? ""}`, ...results.flatMap((result) => linesOf(result, width)), ""].join(
      "\n",
    ),
  );
  return [report.identification, "", ...groups, lastLine(report)].join("\n");
}

function bySection(results: readonly RuleResult[]): Map<string, RuleResult[]> {
  const sections = new Map<string, RuleResult[]>();
  for (const result of results) {
    const section = groupOf(result.section);
    sections.set(section, [...(sections.get(section) ?? []), result]);
  }
  return sections;
}

/** All operations are one group, and so is all of the link; all else is a section of its own. */
const groupOf = (section: string): string => /^1[07](?=\.)/.exec(section)?.[0] ?? section;

function linesOf({ id, must, verdict }: RuleResult, width: number): string[] {
  const line = `  ${marks[verdict.kind]}  ${id.padEnd(width)}  ${must}`;
  switch (verdict.kind) {
    case "pass":
      return [line];
    case "skip":
      return [`${line} (${verdict.reason})`];
    case "fail":
      return [
        line,
        `          sent      ${verdict.sent}`,
        `          expected  ${verdict.expected}`,
        `          came      ${verdict.came}`,
      ];
    default:
      return verdict satisfies never;
  }
}

function lastLine(report: Report): string {
  const { passed, failed, skipped, unchecked } = countsOf(report.results);
  const early = report.endedEarly === undefined ? "" : `; ended early: ${report.endedEarly}`;
  const pulses = `${report.pulses} weak ${report.pulses === 1 ? "pulse" : "pulses"} given`;
  const open = unchecked === 0 ? "" : ` (${unchecked} of them apply to this board)`;
  const rules = `${report.results.length} rules: ${passed} passed, ${failed} failed, ${skipped} skipped${open}`;
  return `${conformanceOf(report)}; ${rules}; ${pulses}${early}`;
}
