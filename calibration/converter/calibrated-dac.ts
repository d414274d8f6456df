/**
 * A chip whose DAC gives the currents that are asked for. Who programs reckons with the currents of an ideal DAC; the codes are
 * replaced by those that have these currents by the measured line.
 */

import type { Chip } from "../../src/chip/chip.ts";
import { type Descriptor, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import { largestAllowedDacCode } from "../../src/chip/limits.ts";
import type { OnBoardProgramming } from "../../src/chip/on-board.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";

/** Measured current of a code: offset + code x amperesPerCode. */
export interface DacLine {
  readonly amperesPerCode: number;
  readonly offsetAmperes: number;
}

/**
 * The descriptor of the chip that comes back permits the currents that its codes can make, and no more than before. Nothing else changes.
 * @throws RangeError for a line that does not rise.
 */
export function withCalibratedDac(chip: Chip, line: DacLine): Chip {
  if (!(line.amperesPerCode > 0)) throw new RangeError(`a DAC of ${line.amperesPerCode} A per code`);
  const nominal = nominalAmperesPerCode(chip.descriptor);
  const translated = (code: number): number =>
    code === 0 ? 0 : Math.max(1, Math.round((code * nominal - line.offsetAmperes) / line.amperesPerCode));
  return {
    descriptor: narrowed(chip.descriptor, line),
    read: (region, options) => chip.read(region, options),
    pulse: (region, train) => chip.pulse(region, translatedTrain(train, translated)),
    ...(chip.onBoard && {
      onBoard: translatedOrders(chip.onBoard, translated, nominal / line.amperesPerCode),
    }),
    mvm: (request) => chip.mvm(request),
    measureCurrents: (codes) => chip.measureCurrents(codes),
    temperature: () => chip.temperature(),
    now: () => chip.now(),
    waitUntil: (chipSeconds, signal) => chip.waitUntil(chipSeconds, signal),
    safeOff: () => chip.safeOff(),
    close: () => chip.close(),
  };
}

function narrowed(descriptor: Descriptor, { amperesPerCode, offsetAmperes }: DacLine): Descriptor {
  const { program } = descriptor;
  const reachable = offsetAmperes + largestAllowedDacCode(descriptor) * amperesPerCode;
  return { ...descriptor, program: { ...program, maxAmperes: Math.min(program.maxAmperes, reachable) } };
}

/** @param codesPerNominal DAC codes for a step of current that an ideal DAC makes with one. */
const translatedOrders = (
  onBoard: OnBoardProgramming,
  translated: (code: number) => number,
  codesPerNominal: number,
): OnBoardProgramming => ({
  ...onBoard,
  start: (order, announce) =>
    onBoard.start(
      {
        ...order,
        startCode: translated(order.startCode),
        minCode: translated(order.minCode),
        maxCode: translated(order.maxCode),
        codesPerSum: order.codesPerSum * codesPerNominal,
        reset: { ...order.reset, amplitudeCode: translated(order.reset.amplitudeCode) },
        preparation: order.preparation.map((step) => ({
          ...step,
          amplitudeCode: translated(step.amplitudeCode),
        })),
      },
      announce,
    ),
});

function translatedTrain(train: PulseTrain, translated: (code: number) => number): PulseTrain {
  if (train.kind === "per-cell") return { ...train, amplitudeCodes: train.amplitudeCodes.map(translated) };
  const steps = train.steps.map((step) => ({ ...step, amplitudeCode: translated(step.amplitudeCode) }));
  return { ...train, steps };
}
