/** What the descriptor forbids is refused before anything is sent, and by the board again; nothing is ever clamped. */

import { LabError } from "../core/errors.ts";
import type { Chip } from "./chip.ts";
import { type Descriptor, largestAdcCode, largestDacCode, nominalAmperesPerCode } from "./descriptor.ts";
import { assertEnergyAllowed } from "./envelope.ts";
import {
  largestInputCode,
  type MvmRequest,
  mvmAbility,
  type UnitCells,
  unitCellsText,
  vectorsOf,
} from "./mvm.ts";
import { type OnBoardOrder, type OnBoardProgramming, orderTrains } from "./on-board.ts";
import type { PulseShape, PulseTrain } from "./pulse.ts";
import type { ReadOptions } from "./readout.ts";
import { assertInside, cellCount, type Region, regionText } from "./region.ts";

/** Half a nanosecond, the resolution of times on the wire: 100e-9 s written in binary is no limit violation. */
const timeTolerance = 0.5e-9;

/** Input codes, and output codes, of one request: outputs of 2 bytes then fit the largest reply of the wire, 4 MiB. */
export const maxMvmCodes = 1 << 21;

/** @throws LabError LIMIT. */
export function assertReadAllowed(descriptor: Descriptor, region: Region, options: ReadOptions): void {
  assertRegion(descriptor, region);
  const { maxAverages, minVolts, maxVolts } = descriptor.read;
  if (!Number.isInteger(options.averages)) refuse("averages", options.averages, 1, maxAverages);
  assertWithin("averages", options.averages, 1, maxAverages);
  assertWithin("read voltage in V", options.readVolts, minVolts, maxVolts);
  assertOneEach(region, options.mask ?? new Uint8Array(cellCount(region)), "mask");
}

/** @throws LabError LIMIT. */
export function assertPulseAllowed(descriptor: Descriptor, region: Region, train: PulseTrain): void {
  assertRegion(descriptor, region);
  if (descriptor.arrays[region.array]?.referenceSiemens !== undefined)
    throw new LabError("LIMIT", `${regionText(region)} holds reference resistors, which take no pulses`);
  assertOneEach(region, train.kind === "per-cell" ? train.amplitudeCodes : train.mask, "pulse train");
  const shapes = train.kind === "per-cell" ? [train.shape] : train.steps;
  if (train.kind === "shared")
    assertWithin("steps of a train", shapes.length, 1, descriptor.program.maxSteps);
  for (const shape of shapes) assertShape(descriptor, shape);
  assertCodes("amplitude code", codesOf(train), largestAllowedDacCode(descriptor));
  if (descriptor.envelope !== undefined)
    assertEnergyAllowed(descriptor.envelope, nominalAmperesPerCode(descriptor), train);
}

/** The feature of a board that measures the currents of its DAC itself. */
export const currentsFeature = "measure-current";

/** DAC codes of one such request: their two bytes each fit into the smallest message limit that SPEC.md allows. */
export const maxCurrentCodes = 512;

/** The largest number of input vectors of one request for these unit cells. @throws LabError LIMIT on a chip without MVM. */
export function maxVectorsFor(descriptor: Descriptor, { rows, columns }: UnitCells): number {
  const { maxVectors } = mvmAbility(descriptor);
  return Math.min(maxVectors, Math.floor(maxMvmCodes / Math.max(rows, columns)));
}

/** @throws LabError LIMIT. */
export function assertMvmAllowed(descriptor: Descriptor, request: MvmRequest): void {
  const ability = mvmAbility(descriptor);
  const { cells, phases, inputs } = request;
  const [array] = ability.plusArrays;
  assertInside({ ...cells, array: array ?? 0 }, descriptor);
  if (!ability.phases.includes(phases))
    throw new LabError("LIMIT", `${phases} phases, the chip allows ${ability.phases.join(" or ")}`);
  if (!Number.isInteger(vectorsOf(request)))
    throw new LabError("LIMIT", `${inputs.length} inputs are no whole vectors for ${unitCellsText(cells)}`);
  assertWithin("input vectors", vectorsOf(request), 1, maxVectorsFor(descriptor, cells));
  assertInputCodes(inputs, largestInputCode(ability));
}

/** @throws LabError LIMIT on a board without the ability, for no code or too many, and for a code above the largest current. */
export function assertCurrentsAllowed(descriptor: Descriptor, codes: Uint16Array): void {
  const { model, serialNumber, features } = descriptor;
  if (!features.includes(currentsFeature))
    throw new LabError("LIMIT", `${model} ${serialNumber} cannot measure its currents`, {
      next: "leave the DAC at its nominal gain",
    });
  assertWithin("number of DAC codes", codes.length, 1, maxCurrentCodes);
  assertCodes("DAC code", codes, largestAllowedDacCode(descriptor));
}

/** @throws LabError LIMIT for anything that a board would refuse when a run by itself begins. */
export function assertOrderAllowed(descriptor: Descriptor, order: OnBoardOrder): void {
  const { region, mask, targetSums, averages, reset, minCode, startCode, maxCode } = order;
  assertReadAllowed(descriptor, region, order);
  assertPulseAllowed(descriptor, region, { kind: "shared", mask, steps: [{ ...reset, trailingSeconds: 0 }] });
  // Before they are put into trains of 16 bits, where a code that is too large would become another one.
  assertCodes("amplitude code", [minCode, startCode, maxCode], largestAllowedDacCode(descriptor));
  const oneCell = { ...region, rows: 1, columns: 1 };
  for (const train of orderTrains(order)) assertPulseAllowed(descriptor, oneCell, train);
  assertOneEach(region, targetSums, "list of targets");
  assertCodes("target", targetSums, averages * largestAdcCode(descriptor));
  assertWithin("start code", startCode, minCode, maxCode);
}

/** The largest DAC code whose current the board may apply. */
export const largestAllowedDacCode = (descriptor: Descriptor): number =>
  Math.min(
    largestDacCode(descriptor),
    Math.floor(descriptor.program.maxAmperes / nominalAmperesPerCode(descriptor) + 1e-9),
  );

/** A chip that refuses on the host what its descriptor forbids. */
export function withLimits(chip: Chip): Chip {
  return {
    descriptor: chip.descriptor,
    async read(region, options) {
      assertReadAllowed(chip.descriptor, region, options);
      return chip.read(region, options);
    },
    async pulse(region, train) {
      assertPulseAllowed(chip.descriptor, region, train);
      return chip.pulse(region, train);
    },
    async mvm(request) {
      assertMvmAllowed(chip.descriptor, request);
      return chip.mvm(request);
    },
    async measureCurrents(codes) {
      assertCurrentsAllowed(chip.descriptor, codes);
      return chip.measureCurrents(codes);
    },
    ...(chip.onBoard && { onBoard: limitedOnBoard(chip.descriptor, chip.onBoard) }),
    temperature: () => chip.temperature(),
    now: () => chip.now(),
    waitUntil: (chipSeconds, signal) => chip.waitUntil(chipSeconds, signal),
    safeOff: () => chip.safeOff(),
    close: () => chip.close(),
  };
}

const limitedOnBoard = (descriptor: Descriptor, onBoard: OnBoardProgramming): OnBoardProgramming => ({
  ...onBoard,
  async start(order, announce) {
    assertOrderAllowed(descriptor, order);
    return onBoard.start(order, announce);
  },
});

function assertRegion(descriptor: Descriptor, region: Region): void {
  assertInside(region, descriptor);
  assertWithin(`cells of ${regionText(region)}`, cellCount(region), 1, descriptor.maxCellsPerRequest);
}

function assertOneEach(region: Region, values: ArrayLike<number>, what: string): void {
  if (values.length === cellCount(region)) return;
  throw new LabError("LIMIT", `a ${what} for ${values.length} cells was given to ${regionText(region)}`);
}

function assertInputCodes(inputs: Int8Array, largest: number): void {
  for (let i = 0; i < inputs.length; i++)
    if (Math.abs(inputs[i]!) > largest) refuse(`input ${i}`, inputs[i]!, -largest, largest);
}

function assertShape(descriptor: Descriptor, shape: PulseShape): void {
  const { minWidthSeconds, maxWidthSeconds, maxTrailingSeconds } = descriptor.program;
  const { widthSeconds, trailingSeconds } = shape;
  assertWithin(
    "pulse width in s",
    widthSeconds,
    minWidthSeconds - timeTolerance,
    maxWidthSeconds + timeTolerance,
  );
  assertWithin("trailing edge in s", trailingSeconds, 0, maxTrailingSeconds + timeTolerance);
}

const codesOf = (train: PulseTrain): ArrayLike<number> =>
  train.kind === "per-cell" ? train.amplitudeCodes : train.steps.map((step) => step.amplitudeCode);

/** Every one of them, and each a whole number. */
function assertCodes(what: string, codes: ArrayLike<number>, largest: number): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (!(code >= 0 && code <= largest && Number.isInteger(code))) refuse(what, code, 0, largest);
  }
}

function assertWithin(what: string, value: number, min: number, max: number): void {
  if (!(value >= min && value <= max)) refuse(what, value, min, max);
}

function refuse(what: string, value: number, min: number, max: number): never {
  throw new LabError("LIMIT", `${what}: ${value}, the chip allows ${min} to ${max}`, {
    next: "nothing was sent; choose a value inside the limits that `pcmlab identify` prints",
  });
}
