/** Asks a board who it is and prints it. */

import { clockOf } from "../../chip/clock-kind.ts";
import { type Descriptor, deviceCount, type MvmAbility } from "../../chip/descriptor.ts";
import type { Envelope } from "../../chip/envelope.ts";
import { formatDuration, microamperes, microsiemens } from "../../core/units.ts";
import type { Context } from "../context.ts";
import type { LinkReport } from "./link-report.ts";
import { lockLine } from "./lock.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export async function identify(args: ChipArguments, context: Context): Promise<void> {
  await withChip(args, context, async (chip, board, remarks) => {
    const chipSeconds = await chip.now();
    const { identification, resource, bootId } = board;
    const lock = await board.lock?.state();
    const link = remarks.link();
    const document = {
      resource,
      identification,
      bootId,
      chipSeconds,
      descriptor: chip.descriptor,
      lock: lock === undefined ? null : { owner: lock.owner ?? null, secondsLeft: lock.secondsLeft },
      link: link ?? null,
    };
    context.output.result(
      document,
      [
        identification,
        ...descriptorLines(chip.descriptor),
        clockLine(chip.descriptor, chipSeconds),
        ...(lock === undefined ? [] : [lockLine(lock)]),
        ...(link === undefined ? [] : [linkLine(link)]),
      ].join("\n"),
    );
  });
}

function clockLine(descriptor: Descriptor, chipSeconds: number): string {
  const { kind, factor, offTime } = clockOf(descriptor);
  const speed =
    kind === "virtual" ? "virtual, passes in operations and on request" : `${factor} times real time`;
  const own = offTime === "stands" ? ", stands while the board is off" : "";
  const what = kind === "real" && factor === 1 ? own : `, ${speed}${own}`;
  return `clock       ${formatDuration(chipSeconds)} since ${offTime === "stands" ? "its first power-up" : "power-up"}${what}`;
}

const linkLine = ({ terms }: LinkReport): string =>
  `link        payload up to ${terms.payloadBytes} bytes, window ${terms.windowFrames} frames`;

/** What a chip can do, a line for each ability; a line is missing where the chip lacks one. */
export function descriptorLines(descriptor: Descriptor): string[] {
  const { arrays, read, program, envelope, mvm } = descriptor;
  const devices = deviceCount(descriptor).toLocaleString("en");
  const sizes = arrays
    .filter(({ referenceSiemens }) => referenceSiemens === undefined)
    .map((array) => `${array.name} ${array.rows} x ${array.columns}`);
  return [
    `arrays      ${sizes.join(", ")}: ${devices} devices${descriptor.emulated ? ", emulated" : ""}`,
    ...arrays.flatMap(referenceLines),
    `read        ${read.adcBits} bits, 0 to ${round(microsiemens(read.fullScaleSiemens))} µS at ${read.minVolts} to ${read.maxVolts} V, ${formatDuration(read.sampleSeconds)} a device, up to ${read.maxAverages} averages`,
    `program     ${program.dacBits} bits, up to ${round(microamperes(program.maxAmperes))} µA, ${formatDuration(program.minWidthSeconds)} to ${formatDuration(program.maxWidthSeconds)}`,
    ...(envelope === undefined ? [] : envelopeLines(envelope)),
    ...(mvm === undefined ? [] : mvmLines(mvm, arrays)),
    `request     up to ${descriptor.maxCellsPerRequest.toLocaleString("en")} devices`,
    `features    ${descriptor.features.join(", ") || "none beyond the basic ones"}`,
    `protocol    ${descriptor.protocol}`,
  ];
}

function referenceLines({ name, rows, columns, referenceSiemens }: Descriptor["arrays"][number]): string[] {
  if (referenceSiemens === undefined) return [];
  const values = referenceSiemens.map((siemens) => round(microsiemens(siemens)));
  const range = `${Math.min(...values)} to ${Math.max(...values)} µS`;
  return [`references  ${name} ${rows} x ${columns}: resistors of ${range}, read only`];
}

function envelopeLines(envelope: Envelope): string[] {
  const { supplyVolts, maxPulseJoules, maxPulsesPerCell, maxDuty, dutySeconds, minKelvin, maxKelvin } =
    envelope;
  return [
    `envelope    up to ${round(maxPulseJoules * 1e9)} nJ a pulse at ${supplyVolts} V, ${maxPulsesPerCell.toLocaleString("en")} pulses a cell in its life`,
    `            pulses for ${round(100 * maxDuty)} % of ${formatDuration(dutySeconds)}, at ${minKelvin} to ${maxKelvin} K`,
  ];
}

function mvmLines(mvm: MvmAbility, arrays: Descriptor["arrays"]): string[] {
  const named = (indices: readonly number[]): string =>
    indices.map((index) => arrays[index]?.name ?? index).join(" + ");
  return [
    `MVM         inputs of ${mvm.inputBits} bits, outputs of ${mvm.outputBits} bits for ±${round(microsiemens(mvm.fullScaleSiemens))} µS at ${mvm.readVolts} V, ${mvm.phases.join(" or ")} phases of ${formatDuration(mvm.phaseSeconds)}, up to ${mvm.maxVectors.toLocaleString("en")} vectors`,
    `            weight = (${named(mvm.plusArrays)}) - (${named(mvm.minusArrays)})`,
  ];
}

const round = (value: number): number => Number(value.toPrecision(4));
