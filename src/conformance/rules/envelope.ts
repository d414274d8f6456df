/** SPEC.md, 7.1: what no pulse may leave. A board that keeps these rules gives no pulse in any of them. */

import { chipTemperature } from "../../../firmware-protocol/operation/chip-temperature.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { setTemperature } from "../../../firmware-protocol/operation/set-temperature.ts";
import { nominalAmperesPerCode } from "../../chip/descriptor.ts";
import type { Envelope } from "../../chip/envelope.ts";
import { pulseJoules } from "../../chip/envelope.ts";
import { largestAllowedDacCode } from "../../chip/limits.ts";
import { asked, performed } from "../asking.ts";
import { type Board, longestNanoseconds, pulseMessage, trainMessage, weakStep } from "../board.ts";
import { NotApplicable, Unchecked } from "../mismatch.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { type Refused, refuseAll } from "./refusing.ts";

/** Steps of a train that leaves the envelope, or why none can. */
type Beyond = (board: Board, envelope: Envelope) => ReturnType<typeof weakStep>[] | string;

const noEnvelope = "it has no envelope";

/** One pulse is asked for by both operations. */
function refusesBeyond(id: string, must: string, beyond: Beyond): Rule {
  const found = (board: Board) => {
    const { envelope } = board.descriptor;
    return envelope === undefined ? noEnvelope : beyond(board, envelope);
  };
  const requests = (board: Board, operationId: number): Refused[] => {
    const steps = found(board);
    if (typeof steps === "string") throw new NotApplicable(steps);
    const [only] = steps;
    const train: Refused = [trainMessage(board, operationId, { steps }), -222];
    if (steps.length > 1 || only === undefined) return [train];
    const { amplitudeCode, ...shape } = only;
    const change = { ...shape, amplitudeCodes: Uint16Array.of(amplitudeCode) };
    return [[pulseMessage(board, operationId, change), -222], train];
  };
  const unless = (board: Board): string | undefined => {
    const steps = found(board);
    return typeof steps === "string" ? steps : undefined;
  };
  return rule(id, "7.1", must, (probe) => refuseAll(probe, requests), { pulses: true, unless });
}

/** The longest pulse of one code, which has the least current for its energy. */
const longestStep = ({ descriptor: { program } }: Board, amplitudeCode: number) => ({
  amplitudeCode,
  widthNanoseconds: longestNanoseconds(program.maxWidthSeconds),
  trailingNanoseconds: longestNanoseconds(program.maxTrailingSeconds),
});

const shapeOf = ({ program }: Board["descriptor"]) => ({
  widthSeconds: program.maxWidthSeconds,
  trailingSeconds: program.maxTrailingSeconds,
});

/** Rounding of times and currents is no reason to refuse, nor to accept. */
const clearly = 1.001;

const tooMuchEnergy: Beyond = (board, { supplyVolts, maxPulseJoules }) => {
  const { descriptor } = board;
  const joulesPerCode = pulseJoules(supplyVolts, nominalAmperesPerCode(descriptor), shapeOf(descriptor));
  const code = Math.ceil((clearly * maxPulseJoules) / joulesPerCode);
  if (code > largestAllowedDacCode(descriptor))
    return "no pulse within its other limits has as much energy as its envelope allows";
  return [longestStep(board, code)];
};

const tooLong: Beyond = (board, { supplyVolts, maxPulseJoules, maxDuty, dutySeconds }) => {
  const { descriptor } = board;
  const { widthSeconds, trailingSeconds } = shapeOf(descriptor);
  const joules = pulseJoules(supplyVolts, nominalAmperesPerCode(descriptor), shapeOf(descriptor));
  const count = Math.ceil((clearly * maxDuty * dutySeconds) / (widthSeconds + trailingSeconds));
  if (joules > maxPulseJoules || count > mostSteps(board))
    return `no train for one cell takes the ${maxDuty * dutySeconds} s of its duty`;
  return new Array(count).fill(longestStep(board, 1));
};

const tooMany: Beyond = (board, { maxPulsesPerCell }) =>
  maxPulsesPerCell < mostSteps(board)
    ? new Array(maxPulsesPerCell + 1).fill(weakStep(board))
    : `no train has more steps than the ${maxPulsesPerCell} pulses that a cell may get`;

/** SPEC.md, 10.7. */
const mostSteps = ({ descriptor: { program } }: Board): number => Math.min(64, program.maxSteps);

/** SPEC.md, 13. */
const [coldest, hottest] = [200, 450];
const settable = "set-temperature";

/** At each temperature outside that can be set, and at the present one when it is outside. */
async function refusesHotAndCold(probe: Probe): Promise<void> {
  const { envelope, features } = probe.board.descriptor;
  if (envelope === undefined) throw new NotApplicable(noEnvelope);
  const { temperatureKelvin } = await asked(probe, chipTemperature);
  if (isOutside(envelope, temperatureKelvin)) return refuseAll(probe, weakPulses);
  if (!features.includes(settable))
    throw new NotApplicable(`it is within its envelope, and does not offer ${settable}`);
  const outside = [envelope.minKelvin - 1, envelope.maxKelvin + 1];
  const possible = outside.filter((kelvin) => kelvin >= coldest && kelvin <= hottest);
  if (possible.length === 0)
    throw new NotApplicable(`its envelope allows ${coldest} to ${hottest} K, and no other can be set`);
  try {
    for (const kelvin of possible) await refusesAt(probe, envelope, kelvin);
  } finally {
    await set(probe, temperatureKelvin);
  }
}

async function refusesAt(probe: Probe, envelope: Envelope, kelvin: number): Promise<void> {
  await set(probe, kelvin);
  const { temperatureKelvin } = await asked(probe, chipTemperature);
  if (!isOutside(envelope, temperatureKelvin))
    throw new Unchecked(`it was told to go to ${kelvin} K and is at ${temperatureKelvin} K`);
  await refuseAll(probe, weakPulses);
}

const isOutside = ({ minKelvin, maxKelvin }: Envelope, kelvin: number): boolean =>
  kelvin < minKelvin || kelvin > maxKelvin;

const set = (probe: Probe, kelvin: number): Promise<unknown> =>
  performed(
    probe,
    setTemperature,
    requestMessage(setTemperature, { kelvin: Math.min(hottest, Math.max(coldest, kelvin)) }),
  );

const weakPulses = (board: Board, id: number): Refused[] => [
  [pulseMessage(board, id), -222],
  [trainMessage(board, id), -222],
];

export const envelopeRules: readonly Rule[] = [
  refusesBeyond(
    "envelope.energy",
    "refuses a pulse whose energy is above maxPulseJoules, and leaves its id free",
    tooMuchEnergy,
  ),
  refusesBeyond(
    "envelope.duty",
    "refuses a train that takes longer than all of the budget of pulse time",
    tooLong,
  ),
  refusesBeyond(
    "envelope.pulses",
    "refuses a train that would give a cell more than maxPulsesPerCell by itself",
    tooMany,
  ),
  rule(
    "envelope.temperature",
    "7.1",
    "refuses pulses while its temperature is outside minKelvin to maxKelvin",
    refusesHotAndCold,
    {
      pulses: true,
      unless: ({ descriptor }) => (descriptor.envelope === undefined ? noEnvelope : undefined),
    },
  ),
];
