/** Counts what pulses cost, on their way to a chip. */

import { nominalAmperesPerCode } from "../../chip/descriptor.ts";
import { pulseJoules } from "../../chip/envelope.ts";
import type { OnBoardOrder, OnBoardProgramming } from "../../chip/on-board.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { type PulseTrain, pulsesIn } from "../../chip/pulse.ts";
import { countNonZero } from "../../core/bytes.ts";

export interface PulseCost {
  readonly pulses: number;
  readonly trains: number;
  /** Upper bound of the energy that the supply gives (J); null for a chip that does not say its voltage. */
  readonly joules: number | null;
}

export interface MeteredChip {
  readonly chip: OpenedChip;
  /** Until now. */
  cost(): PulseCost;
}

export function meteredChip(chip: OpenedChip): MeteredChip {
  const supplyVolts = chip.descriptor.envelope?.supplyVolts;
  const amperesPerCode = nominalAmperesPerCode(chip.descriptor);
  let pulses = 0;
  let trains = 0;
  let joules = 0;
  const count = (order: OnBoardOrder, felt: Uint16Array): void => {
    pulses += felt.reduce((sum, own) => sum + own, 0);
    joules += runJoules(order, felt, supplyVolts ?? 0, amperesPerCode);
  };
  return {
    chip: {
      ...chip,
      ...(chip.onBoard && { onBoard: meteredRuns(chip.onBoard, count) }),
      pulse(region, train) {
        trains++;
        pulses += pulsesIn(train);
        joules += trainJoules(train, supplyVolts ?? 0, amperesPerCode);
        return chip.pulse(region, train);
      },
    },
    cost: () => ({ pulses, trains, joules: supplyVolts === undefined ? null : joules }),
  };
}

/** The board says how often it pulsed each cell, once it has ended. */
function meteredRuns(
  onBoard: OnBoardProgramming,
  count: (order: OnBoardOrder, felt: Uint16Array) => void,
): OnBoardProgramming {
  const orders = new Map<number, OnBoardOrder>();
  return {
    ...onBoard,
    async start(order, announce) {
      const id = await onBoard.start(order, announce);
      orders.set(id, order);
      return id;
    },
    async result(id, cells) {
      const result = await onBoard.result(id, cells);
      const order = orders.get(id);
      if (order !== undefined && orders.delete(id)) count(order, result.pulses);
      return result;
    },
  };
}

/** Upper bound of the energy of a run (J): the board does not say its amplitudes, so every pulse of its loop counts as the largest. */
export function runJoules(
  { targetSums, zeroSum, reset, preparation, maxCode, widthSeconds }: OnBoardOrder,
  felt: Uint16Array,
  supplyVolts: number,
  amperesPerCode: number,
): number {
  const of = (amplitudeCode: number, seconds: number): number =>
    pulseJoules(supplyVolts, amplitudeCode * amperesPerCode, { widthSeconds: seconds, trailingSeconds: 0 });
  const resetJoules = of(reset.amplitudeCode, reset.widthSeconds);
  const loopJoules = of(maxCode, widthSeconds);
  const prepared = preparation.reduce((sum, step) => sum + of(step.amplitudeCode, step.widthSeconds), 0);
  return felt.reduce((sum, pulses, cell) => {
    if (pulses === 0) return sum;
    if (targetSums[cell]! <= zeroSum) return sum + pulses * resetJoules;
    return sum + prepared + Math.max(0, pulses - preparation.length) * loopJoules;
  }, 0);
}

/** J, by `pulseJoules` of every pulse. */
export function trainJoules(train: PulseTrain, supplyVolts: number, amperesPerCode: number): number {
  if (train.kind === "per-cell") {
    // The energy of a pulse goes with its current.
    const codes = train.amplitudeCodes.reduce((sum, code) => sum + code, 0);
    return pulseJoules(supplyVolts, codes * amperesPerCode, train.shape);
  }
  const ofCell = train.steps.reduce(
    (sum, step) => sum + pulseJoules(supplyVolts, step.amplitudeCode * amperesPerCode, step),
    0,
  );
  return countNonZero(train.mask) * ofCell;
}
