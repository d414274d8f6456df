/** What a dry run says of a programming, and how it is printed. */

import { cellOutcomes } from "../../chip/outcome.ts";
import { formatDuration, microsiemens } from "../../core/units.ts";
import { mappingLines } from "../actions/mapping-plan.ts";
import type { ProgramSummary } from "../actions/program-summary.ts";
import type { ExpectedDevices } from "./expected.ts";
import type { LineSpeed } from "./line-speed.ts";
import type { Traffic } from "./metered-line.ts";
import type { WearEstimate } from "./wear-estimate.ts";

export interface DryRunEstimate extends Omit<ProgramSummary, "wallSeconds">, ExpectedDevices {
  /** Nothing was programmed. */
  readonly dryRun: true;
  /** That was asked; null without one. */
  readonly chip: { readonly resource: string; readonly identification: string } | null;
  /** What stood for it. */
  readonly emulated: { readonly profile: string; readonly knownStuckDevices: number };
  /** Upper bound of the energy of all pulses, J; null for a chip that does not say the voltage of its supply. */
  readonly joules: number | null;
  /** `ledger` is the file that "before" is from; null for a chip without one. */
  readonly wear: WearEstimate & { readonly ledger: string | null };
  /** By the chip's clock, first readouts and waiting included. */
  readonly chipSeconds: number;
  readonly traffic: Traffic;
  readonly speed: LineSpeed;
  readonly secondsOnLine: number;
}

export function textOfEstimate(estimate: DryRunEstimate): string {
  const { network, layers, weights, devices, chip, emulated, wear, speed } = estimate;
  return [
    `dry run of ${network}: ${layers} matrices, ${count(weights)} weights, ${count(devices)} devices`,
    `chip        ${chip === null ? "none" : `${chip.identification} on ${chip.resource}`}; emulated by ${emulated.profile}${stuckText(emulated.knownStuckDevices)}`,
    `algorithm   ${estimate.algorithm}`,
    ...(estimate.mapping === undefined ? [] : mappingLines(estimate.mapping)),
    `pulses      ${count(estimate.pulses)}, ${(estimate.pulses / devices).toFixed(1)} a device, ${estimate.mostPulsesOfDevice} at most`,
    `energy      ${estimate.joules === null ? "not known: the chip does not say the voltage of its supply" : `at most ${estimate.joules.toPrecision(3)} J`}`,
    `wear        most worn cell ${count(wear.before)} -> ${count(wear.after)} pulses${limitText(wear)}${chip !== null && wear.ledger === null ? "; no ledger of the chip was found, see --ledger" : ""}`,
    `time        ${formatDuration(estimate.secondsOnLine)} on this line: ${timeText(estimate)}`,
    `line        ${speed.how}`,
    `yield       ${yieldText(estimate)}`,
    `error       ${microsiemens(estimate.error.rmsSiemens).toFixed(3)} µS rms at the first readout; by level of g = G / Gmax:`,
    ...errorLines(estimate),
    chip === null
      ? "nothing was sent to any chip"
      : "nothing was programmed: the chip was asked, and got no pulse; no store and no ledger was written",
  ].join("\n");
}

const count = (value: number): string => value.toLocaleString("en");
const percent = (share: number): string => `${(100 * share).toPrecision(3)} %`;
const stuckText = (devices: number): string =>
  devices === 0 ? "" : ` with ${count(devices)} devices that are known to be stuck`;

const limitText = ({ limit, shareBefore, shareAfter }: WearEstimate): string =>
  limit === null || shareBefore === null || shareAfter === null
    ? "; nobody names a limit"
    : `: ${percent(shareBefore)} -> ${percent(shareAfter)} of the ${count(limit)} that a cell may get`;

function timeText({ chipSeconds, traffic, speed }: DryRunEstimate): string {
  const { sentBytes, receivedBytes, roundTrips } = traffic;
  const bytes = `${count(sentBytes)} bytes out and ${count(receivedBytes)} in`;
  const rate =
    speed.bytesPerSecond === null ? "not counted" : `at ${(speed.bytesPerSecond / 1000).toFixed(1)} kB/s`;
  const trip =
    speed.roundTripSeconds === null ? "not counted" : `of ${formatDuration(speed.roundTripSeconds)}`;
  return `${formatDuration(chipSeconds)} by the chip's clock, ${bytes} ${rate}, ${count(roundTrips)} round trips ${trip}`;
}

function yieldText({ outcomes, devices, convergedNonZeroShare }: DryRunEstimate): string {
  const found = cellOutcomes.filter((outcome) => outcomes[outcome] > 0);
  const shares = found.map((outcome) => `${outcome} ${percent(outcomes[outcome] / devices)}`);
  return `${shares.join(", ")}; ${percent(convergedNonZeroShare)} of the devices with a target above zero converge`;
}

const errorLines = ({ error }: DryRunEstimate): string[] =>
  error.levels.map(
    ({ g, devices, meanSiemens, sigmaSiemens }) =>
      `            ${g.toFixed(1)}  ${microsiemens(meanSiemens).toFixed(3).padStart(6)} ± ${microsiemens(sigmaSiemens).toFixed(3)} µS, ${count(devices)} devices`,
  );
