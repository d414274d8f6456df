/** What a recording amounts to, operation by operation. Pure. */

import type { TraceEntry } from "./entries.ts";

export interface OperationSummary {
  readonly name: string;
  readonly count: number;
  /** Responses; commands and lost requests have none. */
  readonly answered: number;
  readonly refused: number;
  readonly undecoded: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Null when nothing was answered. */
  readonly medianSeconds: number | null;
  readonly worstSeconds: number | null;
}

/** In the order of their first appearance; bytes are those of messages, without terminators. */
export function summaryOf(entries: readonly TraceEntry[]): OperationSummary[] {
  const byName = new Map<string, TraceEntry[]>();
  for (const entry of entries) {
    if (entry.name === undefined) continue;
    const known = byName.get(entry.name);
    if (known === undefined) byName.set(entry.name, [entry]);
    else known.push(entry);
  }
  return [...byName].map(([name, own]) => operationSummary(name, own));
}

function operationSummary(name: string, entries: readonly TraceEntry[]): OperationSummary {
  const requests = entries.filter(({ kind }) => kind === "request");
  const responses = entries.filter(({ kind }) => kind === "response");
  const took = responses.flatMap(({ tookSeconds }) => (typeof tookSeconds === "number" ? [tookSeconds] : []));
  took.sort((a, b) => a - b);
  return {
    name,
    count: requests.length,
    answered: responses.length,
    refused: responses.filter(({ outcome }) => outcome === "refused").length,
    undecoded: entries.filter(({ outcome }) => outcome === "undecoded").length,
    sentBytes: bytesIn(requests),
    receivedBytes: bytesIn(responses),
    medianSeconds: medianOf(took),
    worstSeconds: took.at(-1) ?? null,
  };
}

const bytesIn = (entries: readonly TraceEntry[]): number =>
  entries.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);

function medianOf(sorted: readonly number[]): number | null {
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}
