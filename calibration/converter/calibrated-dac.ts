/**
 * A chip whose DAC gives the currents that are asked for. Who programs reckons with the currents of an ideal DAC; the codes are
 * replaced by those that have these currents by the measured line.
 */

import type { Chip } from "../../src/chip/chip.ts";
import { type Descriptor, nominalAmperesPerCode } from "../../src/chip/descriptor.ts";
import type { Envelope } from "../../src/chip/envelope.ts";
import { largestAllowedDacCode } from "../../src/chip/limits.ts";
import type { OnBoardProgramming } from "../../src/chip/on-board.ts";
import type { PulseTrain } from "../../src/chip/pulse.ts";
import { LabError } from "../../src/core/errors.ts";

/** Measured current of a code: offset + code x amperesPerCode. */
export interface DacLine {
  readonly amperesPerCode: number;
  readonly offsetAmperes: number;
  /** What is out of tolerance, in words: such a line does not say what the currents are. */
  readonly faults?: readonly string[];
}

/**
 * The descriptor of the chip that comes back permits the currents that its codes can make, and no more than before, and the energy of
 * pulses whose codes the chip still permits once they are replaced. Nothing else changes.
 * @throws LabError LIMIT for a DAC that is out of tolerance, RangeError for a line that does not rise.
 */
export function withCalibratedDac(chip: Chip, line: DacLine): Chip {
  assertInTolerance(line);
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

function assertInTolerance({ faults = [] }: DacLine): void {
  if (faults.length === 0) return;
  throw new LabError("LIMIT", `the DAC of the chip is out of tolerance: ${faults.join("; ")}`, {
    next: "measure it again, or program with its nominal currents: --converter-calibration nominal (compare-programming: --converters nominal)",
  });
}

function narrowed(descriptor: Descriptor, line: DacLine): Descriptor {
  const { program, envelope } = descriptor;
  const reachable = line.offsetAmperes + largestAllowedDacCode(descriptor) * line.amperesPerCode;
  const maxAmperes = Math.min(program.maxAmperes, reachable);
  const narrower = { ...descriptor, program: { ...program, maxAmperes } };
  if (envelope === undefined) return narrower;
  const share = energyShare(envelope, program, nominalAmperesPerCode(descriptor), line);
  return { ...narrower, envelope: { ...envelope, maxPulseJoules: share * envelope.maxPulseJoules } };
}

/**
 * The board reckons energies with the nominal currents of the codes that it is sent. A wanted current I becomes a code of up to
 * (I - offset) / gain + 1/2, so the wanted pulse may have this share of the whole energy, and never more than all of it. An offset and
 * half a code count most in the longest pulse, whose current is the smallest.
 */
function energyShare(
  { supplyVolts, maxPulseJoules }: Envelope,
  { maxWidthSeconds, maxTrailingSeconds }: Descriptor["program"],
  nominal: number,
  { amperesPerCode, offsetAmperes }: DacLine,
): number {
  const amperes = maxPulseJoules / (supplyVolts * (maxWidthSeconds + maxTrailingSeconds / 2));
  const wanted = ((amperes - nominal / 2) * amperesPerCode) / nominal + Math.min(0, offsetAmperes);
  return Math.min(1, Math.max(0, wanted / amperes));
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
