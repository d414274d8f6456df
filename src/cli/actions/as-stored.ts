/** JSON of a store in the form that this version wrote it in. */

import type { z } from "zod";
import { LabError } from "../../core/errors.ts";

/** @throws LabError STORE when it is something else: the store is damaged, or another program wrote into it. */
export function asStored<T>(
  schema: z.ZodType<T>,
  value: unknown,
  what: string,
  { path }: { readonly path: string },
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LabError("STORE", `${what} in ${path} is damaged: ${issue?.path.join(".")}: ${issue?.message}`, {
    next: `see what is damaged: pcmlab store check ${path}`,
    cause: parsed.error,
  });
}
