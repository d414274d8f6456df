/** Decoded requests and replies for people. Their fields carry their units in their names, so no operation needs a printer. Pure. */

export interface Field {
  /** "read voltage" without its unit. */
  readonly name: string;
  /** For JSON: numbers in the unit of `unit`, lists by their size and range. */
  readonly value: unknown;
  readonly unit?: string;
  readonly text: string;
}

const units: readonly (readonly [suffix: string, unit: string])[] = [
  ["Nanoseconds", "ns"],
  ["Seconds", "s"],
  ["Volts", "V"],
  ["Kelvin", "K"],
];

/** Text of a descriptor is not repeated in a trace. */
const longestText = 40;
const shownSteps = 2;

/** A field without a value is left out. */
export const fieldsOf = (values: object): Field[] =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => fieldOf(key, value));

function fieldOf(key: string, value: unknown): Field {
  if (typeof value === "number") return numberField(key, value);
  if (typeof value === "string") return { name: words(key), value, text: textValue(value) };
  if (isNumbers(value)) return listField(key, value);
  if (Array.isArray(value)) return { name: words(key), value, text: stepsText(value) };
  if (isRectangle(value)) return { name: words(key), value, text: rectangleText(value) };
  return { name: words(key), value, text: JSON.stringify(value) };
}

function numberField(key: string, value: number): Field {
  const [suffix, unit] = units.find(([suffix]) => key.endsWith(suffix)) ?? ["", ""];
  const name = key === "chipSeconds" ? "chip time" : words(key.slice(0, key.length - suffix.length));
  if (unit === "") return { name, value, text: short(value) };
  return { name, value, unit, text: `${short(value)} ${unit}` };
}

const textValue = (text: string): string =>
  text.length > longestText ? `of ${text.length} characters` : JSON.stringify(text);

type Numbers = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Float32Array;

const isNumbers = (value: unknown): value is Numbers =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

/** A mask and amplitude codes choose cells, so what matters is how many; of anything else how many values there are. */
function listField(key: string, values: Numbers): Field {
  const name = words(key);
  const chosen = values.filter((value) => value !== 0);
  if (key === "mask") {
    const value = { cells: values.length, chosen: chosen.length };
    return { name, value, text: `${chosen.length} of ${values.length} cells` };
  }
  if (key !== "amplitudeCodes") {
    const value = { count: values.length, ...rangeOf(values) };
    return { name, value, text: `${values.length} values${rangeText(value)}` };
  }
  const value = { cells: values.length, chosen: chosen.length, ...rangeOf(chosen) };
  return { name, value, text: `for ${chosen.length} of ${values.length} cells${rangeText(value)}` };
}

interface Range {
  readonly min: number | null;
  readonly max: number | null;
}

function rangeOf(values: Numbers): Range {
  let min: number | null = null;
  let max: number | null = null;
  for (const value of values) {
    if (min === null || value < min) min = value;
    if (max === null || value > max) max = value;
  }
  return { min, max };
}

const rangeText = ({ min, max }: Range): string =>
  min === null || max === null ? "" : ` from ${short(min)} to ${short(max)}`;

/** Without the digits that only a computer sees. */
const short = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(12)));

interface Rectangle {
  readonly array?: number;
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

const isRectangle = (value: unknown): value is Rectangle =>
  typeof value === "object" && value !== null && "row" in value && "rows" in value;

function rectangleText({ array, row, column, rows, columns }: Rectangle): string {
  const where = array === undefined ? "" : `array ${array}, `;
  return `${where}rows ${row}..${row + rows - 1}, columns ${column}..${column + columns - 1}`;
}

/** Steps of a pulse train, each by its numbers. */
function stepsText(steps: readonly object[]): string {
  const shown = steps.slice(0, shownSteps).map((step) =>
    fieldsOf(step)
      .map(({ name, text }) => `${name} ${text}`)
      .join(" "),
  );
  return `${steps.length} (${shown.join("; ")}${steps.length > shownSteps ? "; …" : ""})`;
}

/** "firstSampleSeconds" to "first sample seconds". */
const words = (key: string): string => key.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`).trim();
