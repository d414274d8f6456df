/** Lets the sockets and terminals of this process work, without looking at a clock. */

export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Comes back when it is so. @throws Error when it never is. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000; turn++) {
    if (holds()) return;
    await turns(1);
  }
  throw new Error("it never came so far");
}
