/** Places of the chip that are known to be bad, and the files that people list them in. */

import { z } from "zod";
import { type Descriptor, deviceArrays } from "../chip/descriptor.ts";
import type { ConverterCalibration } from "../chip/readout.ts";
import { LabError } from "../core/errors.ts";

/** A device conducts nothing (low) or at least gmax (high) whatever is asked of it; a line is of no use as a whole. */
export type Mark =
  | {
      readonly kind: "device";
      readonly array: number;
      readonly row: number;
      readonly column: number;
      readonly state: "low" | "high";
    }
  | { readonly kind: "word-line"; readonly array: number; readonly row: number }
  | { readonly kind: "bit-line"; readonly array: number; readonly column: number };

export type MarkedDevice = Extract<Mark, { kind: "device" }>;

/** Marks as plain JSON gives them back. */
export const marksSchema = z.array(
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("device"),
      array: z.number(),
      row: z.number(),
      column: z.number(),
      state: z.enum(["low", "high"]),
    }),
    z.strictObject({ kind: z.literal("word-line"), array: z.number(), row: z.number() }),
    z.strictObject({ kind: z.literal("bit-line"), array: z.number(), column: z.number() }),
  ]),
) satisfies z.ZodType<readonly Mark[]>;

const line = z.union([z.literal("*"), z.number().int().nonnegative()]).optional();
const entrySchema = z.strictObject({
  array: z.number().int().nonnegative(),
  row: line,
  column: line,
  state: z.enum(["low", "high"]).optional(),
});

/**
 * Parses a JSON array of {array, row, column, state} or a CSV file with these columns. A missing or "*" row marks the whole bit line, a
 * missing or "*" column the whole word line; state is "low" unless it is "high".
 * @param name of the file, for messages.
 * @throws LabError BAD_DATA with the entry that is wrong.
 */
export function parseMarks(text: string, name: string): Mark[] {
  const entries = /^\s*\[/.test(text) ? jsonEntries(text, name) : csvEntries(text, name);
  return entries.map(({ where, value }) => {
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw badEntry(name, `${where}: ${issue?.path.join(".")} ${issue?.message}`);
    }
    const mark = markOf(parsed.data);
    if (mark === undefined) throw badEntry(name, `${where} names neither a row nor a column`);
    return mark;
  });
}

/** The bit lines of all arrays of devices whose converters failed their calibration: bit line c passes converter c in each of them. */
export const failedBitLines = ({ success }: ConverterCalibration, descriptor: Descriptor): Mark[] =>
  deviceArrays(descriptor).flatMap((array) =>
    [...success.subarray(0, descriptor.arrays[array]?.columns)].flatMap((trusted, column): Mark[] =>
      trusted === 0 ? [{ kind: "bit-line", array, column }] : [],
    ),
  );

/** @throws LabError BAD_DATA for a mark outside the arrays that hold devices. */
export function assertOnChip(marks: readonly Mark[], descriptor: Descriptor, name: string): void {
  const arrays = new Set(deviceArrays(descriptor));
  const stray = marks.find((mark) => {
    const array = descriptor.arrays[mark.array];
    const row = mark.kind === "bit-line" ? 0 : mark.row;
    const column = mark.kind === "word-line" ? 0 : mark.column;
    return array === undefined || !arrays.has(mark.array) || row >= array.rows || column >= array.columns;
  });
  if (stray === undefined) return;
  const sizes = [...arrays].map((index) => {
    const array = descriptor.arrays[index];
    return `${index} (${array?.rows} x ${array?.columns})`;
  });
  throw new LabError(
    "BAD_DATA",
    `${name} marks ${markText(stray)}, the chip has the arrays ${sizes.join(", ")}`,
    {
      next: "array, row and column count from 0; is it a list for another chip?",
    },
  );
}

export function markText(mark: Mark): string {
  switch (mark.kind) {
    case "device":
      return `the device at array ${mark.array}, row ${mark.row}, column ${mark.column}`;
    case "word-line":
      return `word line ${mark.row} of array ${mark.array}`;
    case "bit-line":
      return `bit line ${mark.column} of array ${mark.array}`;
  }
}

function markOf({ array, row, column, state = "low" }: z.infer<typeof entrySchema>): Mark | undefined {
  if (typeof row === "number" && typeof column === "number") {
    return { kind: "device", array, row, column, state };
  }
  if (typeof row === "number") return { kind: "word-line", array, row };
  return typeof column === "number" ? { kind: "bit-line", array, column } : undefined;
}

interface Entry {
  readonly where: string;
  readonly value: unknown;
}

function jsonEntries(text: string, name: string): Entry[] {
  try {
    const entries = z.array(z.unknown()).parse(JSON.parse(text));
    return entries.map((value, index) => ({ where: `entry ${index}`, value }));
  } catch (cause) {
    throw badEntry(name, "it is not JSON", cause);
  }
}

function csvEntries(text: string, name: string): Entry[] {
  const [header, ...lines] = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const columns = (header ?? "").split(",").map((word) => word.trim().toLowerCase());
  if (!columns.includes("array")) throw badEntry(name, "its first line names no column `array`");
  return lines.flatMap((fields, index): Entry[] =>
    fields.trim() === "" ? [] : [{ where: `line ${index + 2}`, value: csvRecord(columns, fields) }],
  );
}

function csvRecord(columns: readonly string[], fields: string): Record<string, string | number> {
  const values = fields.split(",").map((field) => field.trim());
  const named = values.map((value, index) => [columns[index] ?? "a field without a column", value] as const);
  return Object.fromEntries(
    named
      .filter(([, value]) => value !== "")
      .map(([key, value]) => [key, /^\d+$/.test(value) ? Number(value) : value]),
  );
}

const badEntry = (name: string, problem: string, cause?: unknown): LabError =>
  new LabError("BAD_DATA", `${name} is no list of marked devices: ${problem}`, {
    ...(cause !== undefined && { cause }),
    next: 'write CSV with the columns array,row,column,state or a JSON array of {"array": 0, "row": 3, "column": 7}; * is a whole line',
  });
