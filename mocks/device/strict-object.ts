/** Objects of a profile refuse unknown keys and say which ones they know. */

import { z } from "zod";

/** A zod object without unknown keys whose refusal lists the allowed ones. */
export function strictObject<Shape extends z.ZodRawShape>(shape: Shape) {
  const allowed = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown key ${issue.keys.map((key) => `"${key}"`).join(", ")}, allowed are ${allowed}`
        : undefined,
  });
}
