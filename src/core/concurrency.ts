/** Bounded overlap of asynchronous work. */

/**
 * Runs `work` over `items` with at most `limit` under way; results keep the order of the items.
 * After the first failure no further item is started; the failure is thrown once those under way have ended.
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const failures: unknown[] = [];
  // One iterator for all workers: each item is taken once.
  const entries = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of entries) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item, index);
      } catch (failure) {
        failures.push(failure);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Waits until all of them have ended, however they end; then throws the first failure in their order. */
export async function allEnded(work: readonly Promise<unknown>[]): Promise<void> {
  for (const ending of await Promise.allSettled(work)) {
    if (ending.status === "rejected") throw ending.reason;
  }
}
