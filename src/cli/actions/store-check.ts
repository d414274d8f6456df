/** Says whether a store is whole, and what is still good in one that is not. */

import { errorCatalogue } from "../../core/errors.ts";
import { checkStore, type StoreCheck } from "../../store/check.ts";
import type { Tally } from "../../store/check-blobs.ts";
import type { Context } from "../context.ts";

export function storeCheck(path: string, context: Context): void {
  const check = checkStore(path);
  context.output.result(check, textOf(check));
  if (!check.whole) context.output.exitCode = errorCatalogue.STORE.exitCode;
}

/** Lines of one kind that people look at; --json has them all. */
const mostLines = 20;

function textOf(check: StoreCheck): string {
  const { path, schema, bytes, structure, references, blobs, damages, things, whole } = check;
  const damaged = damages.map(({ table, row, problem }) => `${table}: ${row}: ${problem}`);
  const good = Object.entries(things).map(([name, tally]) => `${shareOf(tally)} ${name}`);
  return [
    `${path}: schema ${schema}, ${mebibytes(bytes)}: ${whole ? "whole" : "DAMAGED"}`,
    ...listed("structure", structure),
    ...listed("references", references),
    `checksums   ${shareOf(blobs)} rows fit their checksums`,
    ...cut(damaged).map(indented),
    `good        ${good.length === 0 ? "nothing with a checksum is stored" : good.join(", ")}`,
    ...(whole
      ? []
      : ["  next: restore it from a copy; what is good can still be read, reported and exported"]),
  ].join("\n");
}

function listed(what: string, problems: readonly string[]): string[] {
  const count = problems.length === 0 ? "ok" : `${problems.length} found wrong`;
  return [`${what.padEnd(12)}${count}`, ...cut(problems).map(indented)];
}

const cut = (lines: readonly string[]): string[] =>
  lines.length <= mostLines
    ? [...lines]
    : [...lines.slice(0, mostLines), `and ${lines.length - mostLines} more: see --json`];

const indented = (line: string): string => `            ${line}`;

const shareOf = ({ good, total }: Tally): string =>
  `${good.toLocaleString("en")} of ${total.toLocaleString("en")}`;

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
