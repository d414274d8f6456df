/** docs/reference/store.md: the schema as SQLite has it, in the words of the migrations' comments. */

import Database from "better-sqlite3";
import { newestSchema } from "../../src/store/migrate.ts";
import { tableFunctions } from "../../src/store/virtual-tables.ts";
import { type Described, schemaComments } from "./schema-comments.ts";

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
  /** The table that it refers to. */
  readonly parent: string | null;
}

export interface Relation {
  readonly name: string;
  readonly type: "table" | "view";
  readonly columns: readonly Column[];
}

/** Tables and views of a new store, in the order in which it got them. */
export function relationsOf(path: string): Relation[] {
  const database = new Database(path, { readonly: true });
  const relations = database
    .prepare<[], Omit<Relation, "columns">>(
      "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )
    .all();
  const columns = database.prepare<[{ name: string }], Column>(`
    SELECT c.name, c.type, c."notnull", c.pk, (SELECT f."table" FROM pragma_foreign_key_list(@name) f WHERE f."from" = c.name) AS parent
    FROM pragma_table_info(@name) c`);
  const found = relations.map((relation) => ({ ...relation, columns: columns.all({ name: relation.name }) }));
  database.close();
  return found;
}

export function storeDocument(relations: readonly Relation[], introduction: string): string {
  const comments = schemaComments();
  const section = (type: Relation["type"]): string[] =>
    relations
      .filter((relation) => relation.type === type)
      .flatMap((one) => relationLines(one, comments.get(one.name)));
  return [
    introduction.trimEnd(),
    "",
    `## Tables (schema ${newestSchema})`,
    "",
    ...section("table"),
    "## Views",
    "",
    "Made for people and for `sqlite3`; ages and times are in the units that the names say.",
    "",
    ...section("view"),
    "## Functions of `pcmlab store query`",
    "",
    "They make rows of what is in BLOBs, and are not in the file: `sqlite3` does not know them.",
    "",
    ...tableFunctions.flatMap(({ name, parameters, about, columns }) => [
      `### ${name}(${parameters.join(", ")})`,
      "",
      about,
      "",
      ...table(
        ["column", "meaning"],
        columns.map(([column, meaning]) => [`\`${column}\``, meaning]),
      ),
    ]),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function relationLines({ name, type, columns }: Relation, described: Described | undefined): string[] {
  const heading = [`### ${name}`, "", ...(described?.about ? [described.about, ""] : [])];
  if (type === "view")
    return [...heading, `Columns: ${columns.map((column) => `\`${column.name}\``).join(", ")}.`, ""];
  return [
    ...heading,
    ...table(
      ["column", "type", "meaning"],
      columns.map((column) => [
        `\`${column.name}\``,
        typeOf(column),
        described?.columns.get(column.name) || fallback(column),
      ]),
    ),
  ];
}

/** The key and what refers to another table say themselves what they are. */
const fallback = ({ parent }: Column): string => (parent === null ? "" : `row of ${parent}`);

const typeOf = ({ type, notnull, pk }: Column): string =>
  `${type}${pk > 0 ? ", key" : ""}${notnull === 0 && pk === 0 ? ", may be null" : ""}`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  row(head),
  row(head.map(() => "---")),
  ...rows.map(row),
  "",
];

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
