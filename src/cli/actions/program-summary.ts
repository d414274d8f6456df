/** What a programming run amounts to, summed over tiles, and how it is printed. */

import { countOutcomes } from "../../../calibration/program-verify/band-ledger.ts";
import type { BlockProgramming } from "../../../calibration/program-verify/block-programming.ts";
import { type CellOutcome, cellOutcomes } from "../../chip/outcome.ts";
import { formatDuration } from "../../core/units.ts";
import { type MappingSummary, mappingLines } from "./mapping-plan.ts";

export interface ProgramSummary {
  readonly network: string;
  readonly layers: number;
  readonly weights: number;
  readonly devices: number;
  /** How it was programmed, by name. */
  readonly algorithm: string;
  /** The calibration of the converters that verified. */
  readonly calibration: string;
  /** Only of the run that chose the places. */
  readonly mapping?: MappingSummary;
  /** Devices with a target above the zero level. */
  readonly nonZeroDevices: number;
  readonly convergedNonZeroShare: number;
  readonly outcomes: Record<CellOutcome, number>;
  readonly pulses: number;
  readonly chipSeconds: number;
  readonly wallSeconds: number;
}

type Done = Pick<BlockProgramming, "targets" | "outcomes" | "pulses" | "startSeconds" | "endSeconds">;

/** Adds up what became of the tiles. */
export class Tally {
  readonly #zeroSiemens: number;
  #nonZero = 0;
  #convergedNonZero = 0;
  #pulses = 0;
  #startSeconds = Number.POSITIVE_INFINITY;
  #endSeconds = 0;
  readonly #outcomes = countOutcomes(new Uint8Array());

  /** @param zeroSiemens targets up to this are the zero level. */
  constructor(zeroSiemens: number) {
    this.#zeroSiemens = zeroSiemens;
  }

  add(done: Done): void {
    const counts = countOutcomes(done.outcomes);
    for (const outcome of cellOutcomes) this.#outcomes[outcome] += counts[outcome];
    const convergedCode = cellOutcomes.indexOf("converged");
    for (let cell = 0; cell < done.pulses.length; cell++) {
      this.#pulses += done.pulses[cell]!;
      if (done.targets[cell]! <= this.#zeroSiemens) continue;
      this.#nonZero++;
      if (done.outcomes[cell] === convergedCode) this.#convergedNonZero++;
    }
    this.#startSeconds = Math.min(this.#startSeconds, done.startSeconds);
    this.#endSeconds = Math.max(this.#endSeconds, done.endSeconds);
  }

  summary() {
    return {
      nonZeroDevices: this.#nonZero,
      convergedNonZeroShare: this.#convergedNonZero / Math.max(1, this.#nonZero),
      outcomes: this.#outcomes,
      pulses: this.#pulses,
      chipSeconds: this.#endSeconds - this.#startSeconds,
    };
  }
}

export function textOfSummary(summary: ProgramSummary): string {
  const count = (value: number): string => value.toLocaleString("en");
  const others = cellOutcomes.filter((outcome) => outcome !== "converged" && summary.outcomes[outcome] > 0);
  return [
    `${summary.network}: ${summary.layers} matrices, ${count(summary.weights)} weights, ${count(summary.devices)} devices`,
    `algorithm   ${summary.algorithm}`,
    `converters  ${summary.calibration}`,
    ...(summary.mapping === undefined ? [] : mappingLines(summary.mapping)),
    `converged   ${(100 * summary.convergedNonZeroShare).toFixed(2)} % of ${count(summary.nonZeroDevices)} devices with a target above zero, ${((100 * summary.outcomes.converged) / Math.max(1, summary.devices)).toFixed(2)} % of all`,
    `outcomes    ${["converged" as const, ...others].map((outcome) => `${count(summary.outcomes[outcome])} ${outcome}`).join(", ")}`,
    `pulses      ${count(summary.pulses)}`,
    `time        ${formatDuration(summary.wallSeconds)}; ${formatDuration(summary.chipSeconds)} by the chip's clock`,
  ].join("\n");
}
