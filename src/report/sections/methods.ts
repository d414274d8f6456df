/** How devices were programmed and networks compensated, as far as the store says: facts, and tables of what is too long for them. */

import { z } from "zod";
import { formatDuration } from "../../core/units.ts";
import type { JsonObject } from "../../store/identity.ts";
import type { StoredResult } from "../../store/results.ts";
import type { Store } from "../../store/store.ts";
import { dataMarkup } from "../figure.ts";
import { flattened, shortNumber } from "../flattened.ts";
import type { Markup } from "../markup.ts";
import type { Table } from "../table.ts";
import { compensationName, rounded } from "../words.ts";

export type Fact = readonly [name: string, value: string];

/** One fact for all different texts, none when there are none. */
export function listed(name: string, texts: readonly string[]): Fact[] {
  return texts.length === 0 ? [] : [[name, [...new Set(texts)].join("; ")]];
}

/** `bias array; scale layer`. */
export const leavesText = (value: object): string =>
  flattened(value)
    .map(
      ([path, leaf]) =>
        `${path.replaceAll(", ", " ")} ${typeof leaf === "number" ? shortNumber(leaf) : leaf}`,
    )
    .join("; ");

/** The parameters of every way in which devices were programmed, folded away. */
export function parameterParts(store: Store): Markup[] {
  const ways = new Map(
    store.programmings.current().map(({ algorithm }) => [JSON.stringify(algorithm), algorithm]),
  );
  return [...ways.values()].map(({ name, parameters }, index) => {
    const rows = flattened(parameters).map(([path, leaf]) => [
      path,
      typeof leaf === "number" ? shortNumber(leaf) : leaf,
    ]);
    const table: Table = { columns: ["parameter", "value"], rows };
    return dataMarkup(`programming-${index}`, table, `Parameters of ${name}`);
  });
}

/** What differs from result to result, and has a table of its own. */
const perResult = ["alphas", "cost"];

/** Images, normalisation, seeds: every value that results have, once. */
export function inferenceFacts(results: readonly StoredResult[]): Fact[] {
  const texts = results.map(({ details }) => {
    const common = Object.entries(details).filter(([key]) => !perResult.includes(key));
    return leavesText(Object.fromEntries(common));
  });
  // Those of the digital baseline are said by the results of readings as well.
  const whole = texts.filter((text) => !texts.some((other) => other !== text && other.startsWith(text)));
  return listed("inference", whole);
}

const detailsSchema = z.object({
  alphas: z.array(z.number()).optional(),
  cost: z.object({ mvms: z.number(), images: z.number(), operations: z.number() }).partial().optional(),
});

/** What compensation took and what factors it found, folded away; none without results of readings. */
export function compensationParts(results: readonly StoredResult[]): Markup[] {
  const timed = results.filter(({ ageSeconds }) => ageSeconds !== null);
  if (timed.length === 0) return [];
  const rows = timed.map((result) => {
    const { alphas = [], cost } = known(result.details);
    return [
      formatDuration(result.ageSeconds ?? 0),
      compensationName(result.compensation),
      cost?.mvms ?? null,
      cost?.images ?? null,
      alphas.length === 0 ? null : rounded(Math.min(...alphas), 4),
      alphas.length === 0 ? null : rounded(Math.max(...alphas), 4),
      alphas.map(shortNumber).join(" "),
    ];
  });
  const columns = [
    ...["time", "compensation", "products it took", "images it took"],
    ...["smallest factor of a layer", "largest factor", "factors of all layers"],
  ];
  return [dataMarkup("compensation", { columns, rows }, "What compensation took and found")];
}

/** Older stores, and those of other programs, may have other details. */
const known = (details: JsonObject): z.infer<typeof detailsSchema> =>
  detailsSchema.safeParse(details).data ?? {};
