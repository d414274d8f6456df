/** A plan of a campaign in a TOML file: the names of the flags, without the dashes in front. */

import { readFileSync, statSync } from "node:fs";
import { LabError, textOf } from "../../core/errors.ts";
import { configDocument } from "../config/document.ts";
import { nearest } from "../config/nearest.ts";
import { type PlanSettings, settingsSchema } from "./plan-settings.ts";

const largestBytes = 1 << 20;
const known = Object.keys(settingsSchema.shape);

/** @throws LabError USAGE, naming the file and the key. */
export function planFile(path: string): PlanSettings {
  const document = configDocument(textIn(path), path);
  const unknown = Object.keys(document).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const guess = nearest(unknown, known);
    throw new LabError("USAGE", `${path}: there is no ${unknown} in a plan`, {
      next: guess === undefined ? `known are ${known.join(", ")}` : `did you mean ${guess}?`,
    });
  }
  const parsed = settingsSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LabError("USAGE", `${path}: ${issue?.path.join(".")}: ${issue?.message}`, {
    next: 'write it as the flag of that name takes it: at = "25s,1min..30d/12"',
    cause: parsed.error,
  });
}

function textIn(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > largestBytes) throw new RangeError(`${size} bytes are no plan`);
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    throw new LabError("USAGE", `the plan ${path} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "name a TOML file, or give the plan as flags",
    });
  }
}
