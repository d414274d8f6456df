/** A trace as lines for people. Pure. */

import type { RecordingHeader } from "../../../drivers/recording/format.ts";
import { formatDuration } from "../../core/units.ts";
import type { TraceEntry } from "./entries.ts";
import type { OperationSummary } from "./summary.ts";

export const headerText = ({ resource, startedAt, tool, commandLine }: RecordingHeader): string =>
  `pcmlab ${commandLine.join(" ")}\n${resource} at ${startedAt}, recorded by pcmlab ${tool}`;

/** Time in s, number, direction, what it says. */
export function entryText(entry: TraceEntry): string {
  const at = entry.seconds.toFixed(6).padStart(12);
  if (entry.kind === "open" || entry.kind === "closed") return `${at}        --  ${entry.text}`;
  const number = entry.number === null || entry.number === undefined ? "?" : `#${entry.number}`;
  const arrow = entry.kind === "request" ? ">" : "<";
  return `${at} ${number.padStart(6)} ${arrow}  ${said(entry)}`;
}

function said({ kind, name, outcome, fields, bytes, tookSeconds, text }: TraceEntry): string {
  const took = typeof tookSeconds === "number" ? ` in ${formatDuration(tookSeconds)}` : "";
  const size = typeof bytes === "number" ? ` [${bytes} B]` : "";
  const mark = outcome === "undecoded" ? " undecoded" : "";
  // Without fields the text is the message itself, which begins with its header.
  const what = kind === "request" && fields === undefined ? text : `${name} ${text}`;
  return `${what.trimEnd()}${mark}${took}${size}`;
}

const columns = ["operation", "count", "answered", "refused", "sent B", "received B", "median", "worst"];

export function summaryText(summary: readonly OperationSummary[]): string {
  const rows = summary.map((row) => [
    row.undecoded === 0 ? row.name : `${row.name} (${row.undecoded} undecoded)`,
    ...[row.count, row.answered, row.refused, row.sentBytes, row.receivedBytes].map((n) =>
      n.toLocaleString("en"),
    ),
    ...[row.medianSeconds, row.worstSeconds].map((seconds) =>
      seconds === null ? "-" : formatDuration(seconds),
    ),
  ]);
  return aligned([columns, ...rows]);
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  "),
    )
    .join("\n");
}
