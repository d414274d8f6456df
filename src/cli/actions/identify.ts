/** Asks a board who it is and prints it. */

import { type Descriptor, deviceCount } from "../../chip/descriptor.ts";
import { formatDuration, microamperes, microsiemens } from "../../core/units.ts";
import type { Context } from "../context.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export async function identify(args: ChipArguments, context: Context): Promise<void> {
  await withChip(args, context, async (chip, board) => {
    const chipSeconds = await chip.now();
    const { identification, resource, bootId } = board;
    const document = { resource, identification, bootId, chipSeconds, descriptor: chip.descriptor };
    context.output.result(
      document,
      [
        identification,
        ...lines(chip.descriptor),
        `clock       ${formatDuration(chipSeconds)} since power-up`,
      ].join("\n"),
    );
  });
}

function lines(descriptor: Descriptor): string[] {
  const { arrays, read, program } = descriptor;
  const sizes = arrays.map((array) => `${array.name} ${array.rows} x ${array.columns}`).join(", ");
  return [
    `arrays      ${sizes}: ${deviceCount(descriptor).toLocaleString("en")} devices${descriptor.emulated ? ", emulated" : ""}`,
    `read        ${read.adcBits} bits, 0 to ${round(microsiemens(read.fullScaleSiemens))} µS at ${read.minVolts} to ${read.maxVolts} V, ${formatDuration(read.sampleSeconds)} a device, up to ${read.maxAverages} averages`,
    `program     ${program.dacBits} bits, up to ${round(microamperes(program.maxAmperes))} µA, ${formatDuration(program.minWidthSeconds)} to ${formatDuration(program.maxWidthSeconds)}`,
    `request     up to ${descriptor.maxCellsPerRequest.toLocaleString("en")} devices`,
    `features    ${descriptor.features.join(", ") || "none beyond the basic ones"}`,
    `protocol    ${descriptor.protocol}`,
  ];
}

const round = (value: number): number => Number(value.toPrecision(4));
