/** Reads a limits file, and refuses what is no limit by the line that says it. */

import { readFileSync, statSync } from "node:fs";
import { parse } from "smol-toml";
import { LabError, textOf } from "../../core/errors.ts";
import { configDocument } from "../config/document.ts";
import { nearest } from "../config/nearest.ts";
import { type Limits, limitsSchema } from "./limits.ts";

const largestBytes = 1 << 20;

/** @param layers names that the file may use. @throws LabError USAGE, naming file and line. */
export function limitsFile(path: string, layers: readonly string[]): Limits {
  return parseLimits(textIn(path), path, layers);
}

export function parseLimits(text: string, path: string, layers: readonly string[]): Limits {
  const parsed = limitsSchema.safeParse(configDocument(text, path));
  if (!parsed.success) throw refused(text, path, parsed.error.issues[0]);
  const stranger = Object.keys(parsed.data.layer ?? {}).find((name) => !layers.includes(name));
  if (stranger === undefined) return parsed.data;
  throw wrong(text, path, ["layer", stranger], `the network has no layer "${stranger}"`, layers, stranger);
}

type Path = readonly (string | number)[];

interface Issue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
}

function refused(text: string, path: string, issue: Issue | undefined): LabError {
  const place = (issue?.path ?? []).map((part) => (typeof part === "number" ? part : String(part)));
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys?.[0] : undefined;
  if (unknown === undefined)
    return wrong(text, path, place, `${place.join(".")}: ${issue?.message ?? "not a limit"}`);
  const table = place.length === 0 ? "a limits file" : `[${place.join(".")}]`;
  return wrong(
    text,
    path,
    [...place, unknown],
    `there is no ${unknown} in ${table}`,
    knownIn(place),
    unknown,
  );
}

/** The keys of a table of the schema. */
function knownIn(place: Path): string[] {
  const { layers, levels, losses } = limitsSchema.shape;
  const tables: Readonly<Record<string, { unwrap(): { readonly shape: object } }>> = {
    layers,
    layer: layers,
    levels,
    losses,
  };
  const table = tables[String(place[0] ?? "")];
  return Object.keys(table === undefined ? limitsSchema.shape : table.unwrap().shape);
}

function wrong(
  text: string,
  path: string,
  place: Path,
  problem: string,
  known: readonly string[] = [],
  word = "",
): LabError {
  const guess = nearest(word, known);
  const list =
    known.length === 0
      ? "see docs/reference/limits.toml for all limits with their units"
      : `known are ${known.join(", ")}`;
  return new LabError("USAGE", `${path}:${lineOf(text, place)}: ${problem}`, {
    next: guess === undefined ? list : `did you mean ${guess}?`,
  });
}

/** The first line after which the document has what is at this place, counted from 1. */
export function lineOf(text: string, place: Path): number {
  const lines = text.split("\n");
  const found = lines.findIndex((_, last) => has(documentOf(lines.slice(0, last + 1).join("\n")), place));
  return found < 0 ? lines.length : found + 1;
}

/** Nothing where a value of several lines is not finished yet. */
function documentOf(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function has(value: unknown, [key, ...rest]: Path): boolean {
  if (key === undefined) return value !== undefined;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
  return has(Object.entries(value).find(([name]) => name === String(key))?.[1], rest);
}

function textIn(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > largestBytes) throw new RangeError(`${size} bytes are no limits`);
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    throw new LabError("USAGE", `the limits ${path} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "name a TOML file such as docs/reference/limits.toml",
    });
  }
}
