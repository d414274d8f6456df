/** Plain JSON in words: every value by its path, for tables that people read. */

export type Leaf = readonly [path: string, value: string | number];

/** Lists of numbers or words are one value, objects in lists are counted from 1; what is null or missing is left out. */
export function flattened(value: unknown, path: readonly string[] = []): Leaf[] {
  if (typeof value === "number") return [[path.join(", "), value]];
  if (typeof value === "string" || typeof value === "boolean") return [[path.join(", "), String(value)]];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value) && value.every((one) => typeof one !== "object"))
    return [
      [path.join(", "), value.map((one) => (typeof one === "number" ? shortNumber(one) : one)).join(", ")],
    ];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, inner]) =>
    flattened(inner, [...path, isList ? String(Number(key) + 1) : inWords(key)]),
  );
}

/** Without the digits that binary fractions bring along. */
export const shortNumber = (value: number): string => String(Number(value.toPrecision(6)));

/** roundTripSeconds: round trip (s). */
function inWords(name: string): string {
  const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return units.reduce((text, [word, unit]) => text.replace(new RegExp(` ${word}$`), ` (${unit})`), words);
}

const units = [
  ["seconds", "s"],
  ["amperes", "A"],
  ["volts", "V"],
  ["siemens", "S"],
  ["kelvin", "K"],
] as const;
