/** Branded row numbers, so that a tile is never looked up by the number of a run, and the columns that most tables share. */

import { z } from "zod";

declare const brand: unique symbol;
type Id<Name extends string> = number & { readonly [brand]: Name };

export type RunId = Id<"run">;
export type ChipId = Id<"chip">;
export type NetworkId = Id<"network">;
export type TileId = Id<"tile">;
export type StartId = Id<"start">;
export type ProgrammingId = Id<"programming">;
export type CalibrationId = Id<"calibration">;
export type ReadoutId = Id<"readout">;
export type ResultId = Id<"result">;
export type CampaignId = Id<"campaign">;
export type SubjectId = Id<"subject">;
export type SlotId = Id<"slot">;
export type ProbeId = Id<"probe">;
export type DriftAnalysisId = Id<"drift analysis">;
export type DriftFitId = Id<"drift fit">;
export type ValidationId = Id<"validation">;

export const runId = (value: number): RunId => value as RunId;
export const chipId = (value: number): ChipId => value as ChipId;
export const networkId = (value: number): NetworkId => value as NetworkId;
export const tileId = (value: number): TileId => value as TileId;
export const startId = (value: number): StartId => value as StartId;
export const programmingId = (value: number): ProgrammingId => value as ProgrammingId;
export const calibrationId = (value: number): CalibrationId => value as CalibrationId;
export const readoutId = (value: number): ReadoutId => value as ReadoutId;
export const resultId = (value: number): ResultId => value as ResultId;
export const campaignId = (value: number): CampaignId => value as CampaignId;
export const subjectId = (value: number): SubjectId => value as SubjectId;
export const slotId = (value: number): SlotId => value as SlotId;
export const probeId = (value: number): ProbeId => value as ProbeId;
export const driftAnalysisId = (value: number): DriftAnalysisId => value as DriftAnalysisId;
export const driftFitId = (value: number): DriftFitId => value as DriftFitId;
export const validationId = (value: number): ValidationId => value as ValidationId;

/** A JSON object as it comes out of a store. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A column that holds a JSON object as text. */
export const jsonColumn = z.string().transform((text, context): JsonObject => {
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  context.issues.push({ code: "custom", message: "not a JSON object", input: text });
  return z.NEVER;
});

/** A column that holds a JSON array as text. */
export const jsonArrayColumn = <Item extends z.ZodType>(item: Item) =>
  z.string().transform((text, context): z.output<Item>[] => {
    const parsed = z.array(item).safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    context.issues.push({ code: "custom", message: "not the JSON array that belongs here", input: text });
    return z.NEVER;
  });

export const blobColumn = z.instanceof(Uint8Array);
export const countColumn = z.number().int().nonnegative();
export const flagColumn = z
  .number()
  .int()
  .transform((value) => value !== 0);

/** A query for one number. */
export const valueRow = z.object({ value: z.number() });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
