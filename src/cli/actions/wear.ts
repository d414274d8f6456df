/** Prints what the wear ledger of a chip says. */

import { basename } from "node:path";
import type { Descriptor } from "../../chip/descriptor.ts";
import { LabError } from "../../core/errors.ts";
import { ledgerPath, mayBeOf } from "../../store/ledger/place.ts";
import { ledgersIn, readWearSummary, type WearSummary } from "../../store/ledger/summary.ts";
import type { Context } from "../context.ts";
import { ledgerFolder } from "../ledger-folder.ts";
import { type ChipArguments, withChip } from "./with-chip.ts";

export interface WearArguments extends Omit<ChipArguments, "chip"> {
  readonly chip?: string | undefined;
  readonly serial?: string | undefined;
  readonly ledger?: string | undefined;
  /** Cells in the list of the most worn. */
  readonly most: number;
}

export async function wear(args: WearArguments, context: Context): Promise<void> {
  const summaries = await summariesOf(args, context);
  const chips = summaries.map(documentOf);
  context.output.result({ chips }, summaries.map(textOf).join("\n\n"));
}

/** @throws LabError USAGE without a chip or with two, STORE_CONTENT for a chip that was never pulsed through pcmlab. */
async function summariesOf(args: WearArguments, context: Context): Promise<WearSummary[]> {
  const { chip, serial, most } = args;
  const folder = ledgerFolder(args.ledger);
  if ((chip === undefined) === (serial === undefined))
    throw new LabError("USAGE", "name the chip by --chip or by --serial, and not by both", {
      next: "`pcmlab wear --chip PORT`, or --serial NUMBER when it is not connected",
    });
  if (chip !== undefined) {
    const descriptor = await withChip({ ...args, chip }, context, async ({ descriptor }) => descriptor);
    const path = ledgerPath(folder, descriptor);
    if (ledgersIn(folder).includes(path)) return [readWearSummary(path, most)];
    throw neverPulsed(nameOf(descriptor), folder);
  }
  const number = serial ?? "";
  const found = ledgersIn(folder)
    .filter((path) => mayBeOf(basename(path), number))
    .map((path) => readWearSummary(path, most))
    .filter((summary) => summary.chip.serialNumber === number);
  if (found.length === 0) throw neverPulsed(`the chip ${number}`, folder);
  return found.sort((a, b) => (a.owner?.sinceWallSeconds ?? 0) - (b.owner?.sinceWallSeconds ?? 0));
}

const neverPulsed = (name: string, folder: string): LabError =>
  new LabError("STORE_CONTENT", `${folder} holds no wear ledger of ${name}`, {
    next: "it begins with the first pulse; name another folder with --ledger if it was pulsed elsewhere",
  });

const nameOf = ({
  manufacturer,
  model,
  serialNumber,
  life,
}: Pick<Descriptor, "manufacturer" | "model" | "serialNumber" | "life">): string =>
  `${manufacturer} ${model} ${serialNumber}${life === undefined ? "" : `, life ${life}`}`;

/** The share of the limit that the most worn cell has used; null without a limit. */
function shareOf({ chip, mostWorn }: WearSummary): number | null {
  const { maxPulsesPerCell } = chip;
  return maxPulsesPerCell === undefined ? null : (mostWorn[0]?.pulses ?? 0) / maxPulsesPerCell;
}

function documentOf(summary: WearSummary) {
  const { manufacturer, model, serialNumber, life, maxPulsesPerCell } = summary.chip;
  return {
    ...summary,
    chip: {
      manufacturer,
      model,
      serialNumber,
      life: life ?? null,
      maxPulsesPerCell: maxPulsesPerCell ?? null,
    },
    shareOfLimit: shareOf(summary),
  };
}

function textOf(summary: WearSummary): string {
  const { chip, pulses, pulsedCells, unknownPulses, unsettled, mostWorn, path } = summary;
  const share = shareOf(summary);
  const limit =
    share === null
      ? "the chip names no limit"
      : `${(100 * share).toPrecision(3)} % of the ${count(chip.maxPulsesPerCell ?? 0)} that a cell may get`;
  return [
    nameOf(chip),
    `pulses      ${count(pulses)} on ${count(pulsedCells)} cells since ${dateOf(summary.begunWallSeconds)}`,
    `unknown     ${count(unknownPulses)} of them may not have been applied`,
    ...(unsettled.trains === 0 ? [] : [unsettledLine(summary)]),
    `most worn   ${count(mostWorn[0]?.pulses ?? 0)} pulses: ${limit}`,
    ...mostWorn.map(
      ({ array, row, column, pulses: own, unknown }) =>
        `            array ${array} (${chip.arrays[array]?.name}), row ${row}, column ${column}: ${count(own)}` +
        (unknown === 0 ? "" : `, ${count(unknown)} unknown`),
    ),
    `ledger      ${path}`,
  ].join("\n");
}

const unsettledLine = ({ unsettled, owner }: WearSummary): string =>
  `under way   ${unsettled.trains} trains of ${count(unsettled.pulses)} pulses, by process ${owner?.process ?? "unknown"} if it still runs`;

const count = (value: number): string => value.toLocaleString("en");

const dateOf = (wallSeconds: number): string => new Date(wallSeconds * 1000).toISOString().slice(0, 10);
