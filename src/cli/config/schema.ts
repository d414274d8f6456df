/** The JSON Schema of config files, made of what the commands declare. */

import { type Commands, type DeclaredOption, longNamesOf } from "./declared.ts";
import { distinct } from "./shared.ts";

/** A schema of JSON Schema, draft 2020-12; TOML's tables are its objects. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What an editor checks while somebody types; pcmlab itself says more of a value that is wrong. */
export function configSchema(commands: Commands): JsonSchema {
  const byName = new Map<string, DeclaredOption[]>();
  for (const option of [...commands.values()].flatMap(distinct))
    for (const name of longNamesOf(option)) byName.set(name, [...(byName.get(name) ?? []), option]);
  const common = [...byName].flatMap(([name, owners]): [string, JsonSchema][] => {
    const isOneThing = owners.every(({ takes }) => takes === owners[0]?.takes);
    return isOneThing ? [[name, anyOf(owners.map(valueSchema))]] : [];
  });
  const tables = [...commands].map(([name, options]): [string, JsonSchema] => [name, tableSchema(options)]);
  const properties = new Map<string, JsonSchema>(common);
  for (const [name, table] of tables) {
    const key = properties.get(name);
    properties.set(name, key === undefined ? table : anyOf([key, table]));
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "pcmlab.toml",
    description:
      "Settings of pcmlab: at the top level for every command that has the option, in tables for one",
    type: "object",
    properties: Object.fromEntries([...properties].sort(([a], [b]) => (a < b ? -1 : 1))),
    additionalProperties: false,
  };
}

const tableSchema = (options: readonly DeclaredOption[]): JsonSchema => ({
  type: "object",
  properties: Object.fromEntries(
    distinct(options).flatMap((option) =>
      longNamesOf(option).map((name): [string, JsonSchema] => [
        name,
        { ...valueSchema(option), ...(option.describe && { description: option.describe }) },
      ]),
    ),
  ),
  additionalProperties: false,
});

function valueSchema(option: DeclaredOption): JsonSchema {
  if (option.type === "boolean") return { type: "boolean" };
  const item = itemSchema(option);
  return option.array === true ? { anyOf: [item, { type: "array", items: item }] } : item;
}

function itemSchema({ choices, takes, coerce }: DeclaredOption): JsonSchema {
  if (choices !== undefined) return { enum: [...choices] };
  switch (takes) {
    case "whole number":
      return { type: "integer" };
    case "path":
    case "path or name":
      return { type: "string", pattern: "\\S" };
    case undefined:
      return { type: coerce === undefined ? "string" : ["string", "number"] };
    default:
      return takes satisfies never;
  }
}

/** One of several, each once. */
function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const different = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
  const [first] = different;
  return different.length === 1 && first !== undefined ? first : { anyOf: different };
}
