import { beforeAll, describe, expect, test } from "vitest";
import { orderFor } from "../../calibration/on-board/order.ts";
import { programBlockOnBoard } from "../../calibration/on-board/program-on-board.ts";
import { decodeRecord } from "../../calibration/on-board/record.ts";
import { countOutcomes } from "../../calibration/program-verify/band-ledger.ts";
import { BlockUnfinished } from "../../calibration/program-verify/block-programming.ts";
import { meltQuench } from "../../calibration/program-verify/melt-quench.ts";
import { parametersFor } from "../../calibration/program-verify/parameters.ts";
import { programBlock, verifyLate } from "../../calibration/program-verify/program-block.ts";
import type { RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { trueConductance } from "../../firmware-protocol/operation/true-conductance.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { withLimits } from "../../src/chip/limits.ts";
import type { OnBoardProgramming, OnBoardProgress } from "../../src/chip/on-board.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { type WeightBlock, weightCountOf } from "../../src/chip/weight-block.ts";
import { LabError } from "../../src/core/errors.ts";
import { openEmulator } from "../physics/lab.ts";
import { spread } from "../physics/statistics.ts";

const block: WeightBlock = {
  rows: 64,
  columns: 32,
  devicesPerWeight: 2,
  parts: [{ region: { array: 0, row: 0, column: 0, rows: 64, columns: 64 }, devices: [0, 1] }],
};
const { region } = block.parts[0]!;
const targets = Float32Array.from(
  { length: weightCountOf(block) },
  (_, weight) => ((weight % 21) - 10) * 2.4e-6,
);

const opened = (seed: number): Promise<RemoteChip> => openEmulator(builtinProfile("tiny"), seed);
const optionsFor = ({ descriptor }: Chip) => ({
  parameters: parametersFor(descriptor),
  calibration: nominalCalibration(descriptor),
});
const sum = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0);
const wearOf = async (chip: RemoteChip): Promise<number[]> => [
  ...(await chip.perform(trueWear, { region })).pulses,
];

async function errorsOf(chip: RemoteChip): Promise<number> {
  const { siemens } = await chip.perform(trueConductance, { region });
  return spread(targets.map((target, weight) => siemens[2 * weight]! - siemens[2 * weight + 1]! - target));
}

const unfinished = async (work: Promise<unknown>): Promise<BlockUnfinished> => {
  const failure = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(failure instanceof BlockUnfinished)) throw new Error(`it should not have finished: ${failure}`);
  return failure;
};

describe("programming by the board itself", () => {
  let chip: RemoteChip;
  let seen: OnBoardProgress[];
  let done: Awaited<ReturnType<typeof programBlockOnBoard>>;
  beforeAll(async () => {
    chip = await opened(5);
    seen = [];
    const onProgress = (progress: OnBoardProgress): void => {
      seen.push(progress);
    };
    done = await programBlockOnBoard(withLimits(chip), block, targets, { ...optionsFor(chip), onProgress });
  });

  test("counts the pulses that the cells have felt", async () => {
    expect([...done.pulses]).toEqual(await wearOf(chip));
    expect(done.unknownPulses).toBe(0);
    expect(done.endSeconds).toBeGreaterThan(done.startSeconds);
  });

  test("comes as near to the targets as the same algorithm on the host", async () => {
    const other = await opened(5);
    const options = optionsFor(other);
    const algorithm = meltQuench(options.parameters);
    const onHost = await programBlock(other, block, targets, { ...options, algorithm });
    const converged = (outcomes: Uint8Array): number => countOutcomes(outcomes).converged / outcomes.length;
    expect(Math.abs(converged(done.outcomes) - converged(onHost.outcomes))).toBeLessThan(0.01);
    expect(Math.abs(sum(done.pulses) / sum(onHost.pulses) - 1)).toBeLessThan(0.05);
    expect(Math.abs((await errorsOf(chip)) / (await errorsOf(other)) - 1)).toBeLessThan(0.1);
  });

  test("tells its progress, which only rises", () => {
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toMatchObject({
      state: "finished",
      cells: 4096,
      cellsDone: 4096,
      pulses: sum(done.pulses),
    });
    for (let n = 1; n < seen.length; n++) {
      expect(seen[n]!.pulses).toBeGreaterThanOrEqual(seen[n - 1]!.pulses);
      expect(seen[n]!.cellsDone).toBeGreaterThanOrEqual(seen[n - 1]!.cellsDone);
      expect(seen[n]!.chipSeconds).toBeGreaterThanOrEqual(seen[n - 1]!.chipSeconds);
    }
  });

  test("may be followed by a late verification on the host", async () => {
    const options = { ...optionsFor(chip), algorithm: meltQuench(parametersFor(chip.descriptor)) };
    await chip.waitUntil((await chip.now()) + 100);
    const late = await verifyLate(chip, block, targets, done, options);
    expect(sum(late.pulses)).toBeLessThan(sum(done.pulses));
    expect(countOutcomes(late.outcomes).converged).toBeGreaterThan(4000);
  });
});

describe("a run of the board that does not come to its end", () => {
  test("is ended by the user, and says what became of every cell", async () => {
    const chip = await opened(6);
    const stop = new AbortController();
    const options = {
      ...optionsFor(chip),
      pollSeconds: 1e-6,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    };
    const { cause, programming } = await unfinished(programBlockOnBoard(chip, block, targets, options));
    expect(cause).toMatchObject({ code: "INTERRUPTED" });
    expect([...programming.pulses]).toEqual(await wearOf(chip));
    const { skipped, unknown } = countOutcomes(programming.outcomes);
    // The first band of the board was begun, the second was not.
    expect(skipped).toBe(2048);
    expect(unknown).toBeGreaterThan(500);
  });

  test("counts every pulse that may have been given when nobody can be asked any more", async () => {
    const chip = await opened(7);
    const lost = async (): Promise<never> => {
      throw new LabError("LINK_LOST", "gone");
    };
    const onBoard: OnBoardProgramming = { ...chip.onBoard!, progress: lost };
    const work = programBlockOnBoard({ ...chip, onBoard }, block, targets, optionsFor(chip));
    const { cause, programming } = await unfinished(work);
    expect(cause).toMatchObject({ code: "LINK_LOST" });
    expect(countOutcomes(programming.outcomes).unknown).toBe(4096);
    const worn = await wearOf(chip);
    for (const [cell, pulses] of programming.pulses.entries())
      expect(pulses).toBeGreaterThanOrEqual(worn[cell]!);
    expect(programming.unknownPulses).toBe(sum(programming.pulses));
  });

  test("is refused at once on a chip that does not program by itself, and for pulses beyond the chip", async () => {
    const chip = await opened(8);
    const { onBoard: _, ...without } = chip;
    const plain = programBlockOnBoard(without, block, targets, optionsFor(chip));
    await expect(plain).rejects.toMatchObject({ code: "LIMIT", message: /does not program by itself/ });
    const options = optionsFor(chip);
    const strong = { ...options, parameters: { ...options.parameters, maxAmperes: 1e-3 } };
    await expect(programBlockOnBoard(chip, block, targets, strong)).rejects.toMatchObject({ code: "LIMIT" });
    expect(sum(await wearOf(chip))).toBe(0);
  });

  test("is unknown when the board no longer knows a run that began", async () => {
    const chip = await opened(7);
    const forgotten = async (): Promise<never> => {
      throw new LabError("REFUSED", "no such programming");
    };
    const onBoard: OnBoardProgramming = { ...chip.onBoard!, progress: forgotten };
    const work = programBlockOnBoard({ ...chip, onBoard }, block, targets, optionsFor(chip));
    const { cause, programming } = await unfinished(work);
    expect(cause).toMatchObject({ code: "REFUSED" });
    expect(countOutcomes(programming.outcomes).unknown).toBe(4096);
    expect(programming.unknownPulses).toBe(sum(programming.pulses));
  });

  test("keeps no id of an order that was refused: another program's run may get it", async () => {
    const chip = await opened(7);
    const ids: number[] = [];
    const onBoard: OnBoardProgramming = {
      ...chip.onBoard!,
      async start(_, announce) {
        announce?.(17);
        throw new LabError("REFUSED", "out of range");
      },
    };
    const onRecord = (record: Uint8Array): void => {
      ids.push(decodeRecord(record, new Float32Array(4096)).operationId);
    };
    const options = { ...optionsFor(chip), onRecord };
    const { programming } = await unfinished(
      programBlockOnBoard({ ...chip, onBoard }, block, targets, options),
    );
    expect(ids).toEqual([17, 0]);
    expect(countOutcomes(programming.outcomes).skipped).toBe(4096);
  });

  test("that never ends is given up", async () => {
    const chip = await opened(9);
    const hanging: OnBoardProgramming = {
      ...chip.onBoard!,
      progress: async () => ({
        state: "running",
        cells: 4096,
        cellsDone: 0,
        readings: 0,
        pulses: 0,
        chipSeconds: await chip.now(),
      }),
    };
    const options = { ...optionsFor(chip), pollSeconds: 1000 };
    const { cause } = await unfinished(
      programBlockOnBoard({ ...chip, onBoard: hanging }, block, targets, options),
    );
    expect(cause).toMatchObject({ code: "BAD_REPLY", message: /has not ended/ });
  });
});

test("an order is scaled by the converters that can be trusted", async () => {
  const chip = await opened(1);
  const { descriptor } = chip;
  const { parameters, calibration } = optionsFor(chip);
  const cells = { array: 0, row: 0, column: 0, rows: 1, columns: 4 };
  const wanted = new Float32Array(4).fill(5e-6);
  const mask = new Uint8Array(4).fill(1);
  const marginOf = (success: Uint8Array): number => {
    const siemensPerCode = calibration.siemensPerCode.map((value, line) =>
      line === 2 ? 1000 * value : value,
    );
    const failed = { ...calibration, siemensPerCode, success };
    return orderFor(cells, wanted, mask, { parameters, calibration: failed, descriptor }).marginSum;
  };
  const trusted = orderFor(cells, wanted, mask, { parameters, calibration, descriptor }).marginSum;
  const success = calibration.success.map((flag, line) => (line === 2 ? 0 : flag));
  expect(marginOf(success)).toBe(trusted);
  expect(() => marginOf(new Uint8Array(success.length))).toThrow(LabError);
});
