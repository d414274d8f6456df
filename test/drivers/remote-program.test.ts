import { describe, expect, test } from "vitest";
import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { lastOperation } from "../../firmware-protocol/operation/last-operation.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { withLimits } from "../../src/chip/limits.ts";
import type { OnBoardOrder } from "../../src/chip/on-board.ts";
import { benchOf } from "../firmware/bench.ts";
import { exampleDescriptor, fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { VirtualTimer } from "./virtual-timer.ts";

/** The silicon reads 1, 2, 3 and 4. */
const order: OnBoardOrder = {
  region: { array: 0, row: 1, column: 1, rows: 2, columns: 2 },
  mask: Uint8Array.of(0, 1, 1, 1),
  targetSums: Uint16Array.of(0, 2, 0, 9),
  averages: 1,
  readVolts: 0.2,
  marginSum: 0,
  zeroSum: 0,
  zeroMarginSum: 3,
  maxIterations: 2,
  maxResets: 2,
  stuckSum: 0,
  stuckShare: 0,
  stuckIterations: 255,
  widthSeconds: 1e-6,
  startCode: 1000,
  minCode: 500,
  maxCode: 3000,
  codesPerSum: 10,
  reset: { amplitudeCode: 3000, widthSeconds: 50e-9 },
  preparation: [{ amplitudeCode: 2000, widthSeconds: 1e-6, trailingSeconds: 0 }],
};

async function opened(descriptor = mvmDescriptor, change: (reply: string) => string = (reply) => reply) {
  const array = fakeArray(descriptor);
  const { firmware } = benchOf(array);
  const line = firmware.openLine();
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
  const changed = {
    ...line,
    receive: (chunk: Uint8Array) =>
      line
        .receive(chunk)
        .map((reply) =>
          text(chunk).startsWith("PROG") ? new Uint8Array(Buffer.from(change(text(reply)), "latin1")) : reply,
        ),
    midMessage: false,
    silence: () => line.silence(),
  };
  const chip = await openRemoteChip(inProcessTransport(changed), new VirtualTimer());
  return { array, chip, onBoard: chip.onBoard! };
}

async function finished(chip: RemoteChip, id: number): Promise<void> {
  await chip.waitUntil((await chip.now()) + 1);
  expect(await chip.onBoard!.progress(id)).toMatchObject({ state: "finished", cells: 3, cellsDone: 3 });
}

describe("a run of the board over the wire", () => {
  test("is begun under the next id, watched, and told cell by cell", async () => {
    const { array, chip, onBoard } = await opened();
    const train = { kind: "shared", mask: Uint8Array.of(1, 0, 0, 0), steps: order.preparation } as const;
    expect((await chip.pulse(order.region, train)).operationId).toBe(1);
    const id = await onBoard.start(order);
    expect(id).toBe(2);
    await finished(chip, id);
    const result = await onBoard.result(id, order);
    // Left alone, converged at once, the RESET state within its margin, and out of reach.
    expect(result.outcomes).toEqual(Uint8Array.of(4, 0, 0, 1));
    expect(result.iterations).toEqual(Uint8Array.of(0, 0, 0, 2));
    expect(result.pulses).toEqual(Uint16Array.of(0, 1, 1, 3));
    expect(result.codeSums).toEqual(Uint16Array.of(0, 2, 3, 4));
    expect(result.endSeconds).toBeGreaterThan(result.startSeconds);
    expect(array.trains.length).toBe(1 + 4);
  });

  test("is ended, and refuses its result before", async () => {
    const { onBoard } = await opened();
    const id = await onBoard.start(order);
    await expect(onBoard.result(id, order)).rejects.toMatchObject({ code: "REFUSED" });
    expect(await onBoard.abort(id)).toMatchObject({ state: "aborted", pulses: 0 });
    expect((await onBoard.result(id, order)).outcomes).toEqual(Uint8Array.of(4, 4, 4, 4));
  });

  test("is not there on a board without the feature", async () => {
    const { chip } = await opened(exampleDescriptor);
    expect(chip.onBoard).toBeUndefined();
    expect(withLimits(chip).onBoard).toBeUndefined();
  });

  test.each<[string, Partial<OnBoardOrder>]>([
    ["a code beyond the largest current", { maxCode: 3277 }],
    ["a RESET that is too long", { reset: { amplitudeCode: 3000, widthSeconds: 1e-3 } }],
    [
      "a preparation that is too strong",
      { preparation: [{ amplitudeCode: 4000, widthSeconds: 1e-6, trailingSeconds: 0 }] },
    ],
    ["a target beyond the converter", { targetSums: Uint16Array.of(0, 0, 0, 256) }],
    ["targets for other cells", { targetSums: Uint16Array.of(1) }],
    ["a start outside its own bounds", { startCode: 499 }],
    ["reference resistors", { region: { ...order.region, array: 2 } }],
  ])("is refused before it is sent for %s", async (_, change) => {
    const { array, chip } = await opened();
    const wrong = { ...order, ...change };
    await expect(chip.onBoard!.start(wrong)).rejects.toMatchObject({ code: "LIMIT" });
    await expect(withLimits(chip).onBoard!.start(wrong)).rejects.toMatchObject({ code: "LIMIT" });
    expect(array.trains).toEqual([]);
    expect((await chip.perform(lastOperation, {})).lastOperationId).toBe(0);
  });

  test("that the board tells of another operation, or of other cells, is a bad reply", async () => {
    const strange = await opened(mvmDescriptor, (reply) => reply.replace(/^0,1,/, "0,7,"));
    await expect(strange.onBoard.start(order)).rejects.toMatchObject({ code: "BAD_REPLY" });
    const { chip, onBoard } = await opened();
    const id = await onBoard.start(order);
    await finished(chip, id);
    const fewer = { ...order, mask: Uint8Array.of(0, 0, 1, 1) };
    await expect(onBoard.result(id, fewer)).rejects.toMatchObject({
      code: "BAD_REPLY",
      message: /3 outcomes for 2 cells/,
    });
  });
});
