/** What the comments in the migrations say of tables, columns and views, in the order in which a store gets them. */

import { migrations } from "../../src/store/migrate.ts";

export interface Described {
  /** Of the table or view. */
  readonly about: string;
  /** By the name of the column. */
  readonly columns: Map<string, string>;
}

type Found = Map<string, Described>;

const statement = /^(CREATE TABLE|CREATE VIEW|ALTER TABLE|DROP TABLE|DROP VIEW) (\w+)(.*)$/;
const column = /^ {2}(\w+) +(?:INTEGER|REAL|TEXT|BLOB)\b.*?(?:-- (.*))?$/;

/** By name; what was dropped is not there, and what was renamed is under its new name. */
export function schemaComments(): Found {
  const found: Found = new Map();
  for (const step of migrations.flat()) if (typeof step === "string") addComments(found, step.split("\n"));
  return found;
}

function addComments(found: Found, lines: readonly string[]): void {
  let above: string[] = [];
  let isComment = false;
  let open: Described | undefined;
  for (const line of lines) {
    const [, words, name = "", rest = ""] = statement.exec(line) ?? [];
    if (words !== undefined) open = change(found, words, name, rest, above.join(" ")) ?? open;
    else noteColumn(open, line);
    // Columns that are added one after the other share the comment above the first of them.
    if (line.startsWith("-- ")) above = [...(isComment ? above : []), line.slice(3)];
    else if (words !== "ALTER TABLE") above = [];
    isComment = line.startsWith("-- ");
  }
}

function noteColumn(open: Described | undefined, line: string): void {
  const [, name, about] = column.exec(line) ?? [];
  const [, values] = / IN \(([^)]*)\)/.exec(line.replace(/--.*/, "")) ?? [];
  const allowed = values === undefined ? undefined : `one of ${values.replaceAll("'", "")}`;
  if (name !== undefined) open?.columns.set(name, [about, allowed].filter(Boolean).join("; "));
}

/** The table or view that begins. */
function change(
  found: Found,
  words: string,
  name: string,
  rest: string,
  about: string,
): Described | undefined {
  const [, renamed] = / RENAME TO (\w+)/.exec(rest) ?? [];
  const [, added] = / ADD COLUMN (\w+)/.exec(rest) ?? [];
  const known = found.get(name);
  if (added !== undefined) known?.columns.set(added, about);
  if (words.startsWith("DROP") || renamed !== undefined) found.delete(name);
  if (renamed !== undefined && known !== undefined) found.set(renamed, known);
  if (!words.startsWith("CREATE")) return undefined;
  const begun = { about, columns: new Map<string, string>() };
  found.set(name, begun);
  return begun;
}
