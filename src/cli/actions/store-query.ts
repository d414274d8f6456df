/** Prints what a SELECT of the user's own finds in a store. */

import { type QueryResult, queryStore, type Value } from "../../store/query.ts";
import type { Context } from "../context.ts";

export interface QueryArguments {
  readonly file: string;
  readonly sql: string;
  readonly format: "table" | "csv" | "json";
  readonly most: number;
}

export function storeQuery({ file, sql, format, most }: QueryArguments, context: Context): void {
  // SQLite does not let go before its answer is there, and there is nothing to finish: the system itself ends the process.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.removeAllListeners(signal);
  const result = queryStore(file, sql, most);
  const document = { columns: result.columns, rows: result.rows, more: result.more };
  const text = { table: tableOf, csv: csvOf, json: () => JSON.stringify(document, null, 2) }[format](result);
  context.output.result(document, text);
  if (result.more) context.output.warn(`only the first ${most} rows are shown; --most shows more`);
}

/** RFC 4180, with lines that end in a line feed alone. */
function csvOf({ columns, rows }: QueryResult): string {
  const quoted = (value: Value): string => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(quoted).join(",")).join("\n");
}

function tableOf({ columns, rows }: QueryResult): string {
  const texts = rows.map((row) => row.map(cellText));
  const widths = columns.map((name, column) =>
    texts.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), name.length),
  );
  const numeric = columns.map((_, column) => rows.every((row) => typeof row[column] !== "string"));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) =>
        numeric[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [line(columns), line(widths.map((width) => "-".repeat(width))), ...texts.map(line)].join("\n");
}

const longestCell = 60;

/** A document in a column would push all others off the screen. */
function cellText(value: Value): string {
  const text = value === null ? "" : String(value).replaceAll("\n", " ");
  return text.length > longestCell ? `${text.slice(0, longestCell - 1)}…` : text;
}
