/** The golden vectors as values, and every operation that firmware-protocol/operation exports. */

import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { Operation } from "../../firmware-protocol/operation/operation.ts";
import { descriptorSchema } from "../../src/chip/descriptor.ts";

const protocolFolder = new URL("../../firmware-protocol/", import.meta.url);

const fields = z.record(z.string(), z.unknown());
const hex = z.string().regex(/^(?:[0-9A-F]{2})*$/);

const vectorSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  /** null where the request breaks the rules, so that it has no decoded form. */
  request: fields.nullable(),
  requestHex: hex,
  reply: fields.optional(),
  refusal: z.strictObject({ error: z.number().int(), text: z.string() }).optional(),
  replyHex: hex,
});
const operationFileSchema = z.strictObject({ operation: z.string(), vectors: z.array(vectorSchema).min(1) });

const exchangeSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  sendHex: hex,
  replyHex: hex,
  errors: z.array(z.number().int()),
});
const exchangeFileSchema = z.strictObject({
  about: z.string(),
  board: descriptorSchema,
  exchanges: z.array(exchangeSchema).min(1),
});

export type Vector = z.infer<typeof vectorSchema>;
export type ExchangeFile = z.infer<typeof exchangeFileSchema>;

/** Files of vectors that belong to no operation. */
export const exchangeFiles = ["common-commands", "grammar"] as const;

export const vectorFileNames: readonly string[] = readdirSync(new URL("vectors/", protocolFolder))
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(/\.json$/, ""));

export const operationFile = (name: string): z.infer<typeof operationFileSchema> =>
  operationFileSchema.parse(vectorFile(name));

export const exchangeFile = (name: string): ExchangeFile => exchangeFileSchema.parse(vectorFile(name));

const vectorFile = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`vectors/${name}.json`, protocolFolder), "utf8"));

export const specText = (): string => readFileSync(new URL("SPEC.md", protocolFolder), "utf8");

export type AnyOperation = Operation<unknown, unknown>;

/** Each operation by the name of its file. */
export async function allOperations(): Promise<Map<string, AnyOperation>> {
  const found = new Map<string, AnyOperation>();
  const folder = new URL("operation/", protocolFolder);
  for (const file of readdirSync(folder)) {
    const exported: Record<string, unknown> = await import(new URL(file, folder).href);
    for (const value of Object.values(exported)) {
      if (isOperation(value)) found.set(file.replace(/\.ts$/, ""), value);
    }
  }
  return found;
}

const isOperation = (value: unknown): value is AnyOperation =>
  typeof value === "object" && value !== null && "header" in value && "decodeReply" in value;

export const bytesOfHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();
