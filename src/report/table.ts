/** Tables: for the page, and as a CSV file inside a link. */

import { type Content, html, type Markup, nothing } from "./markup.ts";

export type Cell = string | number | null;

export interface Table {
  /** With units. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A table for reading; numbers are set to the right with equal decimals in a column, the first column heads its row. */
export function tableMarkup({ columns, rows }: Table): Markup {
  const examples = columns.map((_, index) => rows.find((row) => row[index] !== null)?.[index]);
  const head = columns.map(
    (column, index) =>
      html`<th scope="col"${alignment(examples[index])}>${column.replace(/(\d) %/g, "$1\u00a0%")}</th>`,
  );
  const decimals = columns.map((_, index) => Math.max(0, ...rows.map((row) => decimalsOf(row[index]))));
  const body = rows.map((row) => rowMarkup(row, decimals, examples));
  return html`<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

export interface Condensed {
  readonly table: Table;
  /** What all rows say of the columns that are left out, such as "version: 1.0". */
  readonly shared: readonly string[];
}

/** The table without those of the named columns in which all rows agree. */
export function condensed({ columns, rows }: Table, names: readonly string[]): Condensed {
  const isShared = (index: number): boolean =>
    names.includes(columns[index] ?? "") && rows.every((row) => row[index] === rows[0]?.[index]);
  const kept = columns.map((_, index) => index).filter((index) => !isShared(index));
  const left = columns.map((_, index) => index).filter(isShared);
  return {
    table: {
      columns: kept.map((index) => columns[index] ?? ""),
      rows: rows.map((row) => kept.map((index) => row[index] ?? null)),
    },
    shared: left.map((index) => `${columns[index]}: ${rows[0]?.[index] ?? "–"}`),
  };
}

/** A link that holds the table as a CSV file (RFC 4180), with a byte order mark for spreadsheets. */
export function csvLink(name: string, table: Table): Markup {
  const uri = `data:text/csv;charset=utf-8,${encodeURIComponent(`\ufeff${csvOf(table)}`)}`;
  return html`<a class="csv" download="${name}.csv" href="${uri}">CSV</a>`;
}

export function csvOf({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

/** @param examples a cell of each column, by which its empty cells are aligned. */
function rowMarkup(
  cells: readonly Cell[],
  decimals: readonly number[],
  examples: readonly (Cell | undefined)[],
): Markup {
  const texts = cells.map((cell, index) => shown(cell, decimals[index] ?? 0));
  const rest = cells
    .slice(1)
    .map(
      (cell, index) =>
        html`<td${alignment(cell ?? examples[index + 1])}>${wordsMarkup(texts[index + 1] ?? "")}</td>`,
    );
  return html`<tr><th scope="row"${alignment(cells[0])}>${texts[0] ?? ""}</th>${rest}</tr>`;
}

/** Longer texts may take several lines. */
const longText = 48;

/** A browser may end a line after any hyphen; between those of an option it must not. */
const wordsMarkup = (text: string): Content =>
  text.length <= longText
    ? text
    : text
        .split(/((?<=^| )--[\w-]+)/)
        .map((part, index) => (index % 2 === 0 ? part : html`<span class="word">${part}</span>`));

function alignment(cell: Cell | undefined): Markup {
  if (typeof cell === "number") return html` class="number"`;
  return typeof cell === "string" && cell.length > longText ? html` class="long"` : nothing;
}

function shown(cell: Cell, decimals: number): string {
  if (typeof cell === "string") return cell;
  if (cell === null) return "–";
  return cell.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

const decimalsOf = (cell: Cell | undefined): number =>
  typeof cell === "number" ? Math.min(6, String(cell).split(".")[1]?.length ?? 0) : 0;

/** Text that a spreadsheet would take for a formula is kept text by an apostrophe. */
function csvCell(cell: Cell): string {
  const text = typeof cell === "string" && /^[=+\-@\t]/.test(cell) ? `'${cell}` : String(cell ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
