/** What a number of a profile may be, with its unit, read off the schema and the name of the field. */

import { z } from "zod";

/** Endings of field names, the longest first where one ends with another. */
const units: readonly (readonly [string, string])[] = [
  ["siemens", "S"],
  ["amperes", "A"],
  ["electronvolts", "eV"],
  ["volts", "V"],
  ["seconds", "s"],
  ["kelvin", "K"],
  ["joules", "J"],
  ["ohms", "ohm"],
  ["bits", "bits"],
  ["codes", "ADC codes"],
];

/** "unit A, allowed >= 0"; undefined when the path does not lead to a number. */
export function limitsText(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  const found = path.reduce<readonly unknown[]>(
    (parents, key) => parents.flatMap((parent) => childrenOf(parent, key)),
    [z.toJSONSchema(schema, { unrepresentable: "any" })],
  );
  const number = found.find((node) => ["number", "integer"].includes(String(propertyOf(node, "type"))));
  if (number === undefined) return undefined;
  return `unit ${unitOf(path.at(-1))}, allowed ${rangeOf(number)}`;
}

/** The unit by the last words of a field's name: "maxAmperes" is in A, "fractionPerKelvin" in 1/K. */
function unitOf(key: PropertyKey | undefined): string {
  const [of = "", per] = String(key).split("Per");
  const symbol = (name: string): string | undefined =>
    units.find(([ending]) => name.toLowerCase().endsWith(ending))?.[1] ??
    units.find(([ending]) => ending === `${name.toLowerCase()}s`)?.[1];
  const below = per === undefined ? undefined : symbol(per);
  if (below !== undefined) return `${symbol(of) ?? "1"}/${below}`;
  return symbol(of) ?? "none";
}

function rangeOf(number: unknown): string {
  const limit = (name: string, sign: string): string[] => {
    const value = propertyOf(number, name);
    return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? [`${sign} ${value}`] : [];
  };
  const limits = [
    ...limit("exclusiveMinimum", ">"),
    ...limit("minimum", ">="),
    ...limit("exclusiveMaximum", "<"),
    ...limit("maximum", "<="),
  ];
  const kind = propertyOf(number, "type") === "integer" ? "a whole number" : "a number";
  return limits.length === 0 ? kind : `${kind} ${limits.join(" and ")}`;
}

/** The nodes that a key leads to, through lists and alternatives. */
function childrenOf(node: unknown, key: PropertyKey): unknown[] {
  const alternatives = ["anyOf", "oneOf", "allOf"].flatMap((name) => {
    const list = propertyOf(node, name);
    return Array.isArray(list) ? list.flatMap((choice) => childrenOf(choice, key)) : [];
  });
  const child =
    typeof key === "number" ? propertyOf(node, "items") : propertyOf(propertyOf(node, "properties"), key);
  return child === undefined ? alternatives : [child, ...alternatives];
}

const propertyOf = (node: unknown, key: PropertyKey): unknown =>
  typeof node === "object" && node !== null ? Reflect.get(node, key) : undefined;
