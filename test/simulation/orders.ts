/** Work of single pulse operations, some of them under way at a time, with reads among them. */

import { BandLedger } from "../../calibration/program-verify/band-ledger.ts";
import { initialState } from "../../calibration/program-verify/band-state.ts";
import type { OpenedChip } from "../../src/chip/opened-chip.ts";
import { type PulseReceipt, type PulseTrain, pulsesIn } from "../../src/chip/pulse.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import type { Prng } from "../../src/core/prng.ts";
import type { Books } from "./books.ts";
import type { Silicon } from "./silicon.ts";

const orderCount = 60;
const mostUnderWay = 8;
/** Strong enough to be felt; the code of its pulses names an order in the silicon's record. */
const firstCode = 1000;
const shape = { widthSeconds: 1e-7, trailingSeconds: 0 };

export type Standing = "intended" | "acknowledged" | "unknown" | "failed";

export interface Order {
  readonly code: number;
  readonly region: Region;
  standing: Standing;
  receipt?: PulseReceipt;
  bootId: number;
}

export function someOrders(prng: Prng): Order[] {
  return Array.from({ length: orderCount }, (_, n) => ({
    code: firstCode + n,
    region: someRegion(prng),
    standing: "intended",
    bootId: 0,
  }));
}

/** Sends what was never sent. @throws what the chip throws first, when all that was under way has ended. */
export async function workOff(
  orders: readonly Order[],
  chip: OpenedChip,
  books: Books,
  silicon: Silicon,
  prng: Prng,
): Promise<void> {
  const waiting = orders.filter(({ standing }) => standing === "intended").values();
  const worker = async (): Promise<void> => {
    for (const order of waiting) {
      await pulse(order, chip, books);
      if (prng.below(3) === 0) await read(chip, silicon, prng);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: mostUnderWay }, worker));
  for (const end of ended) if (end.status === "rejected") throw end.reason;
}

async function pulse(order: Order, chip: OpenedChip, books: Books): Promise<void> {
  const { region, code } = order;
  const cells = cellCount(region);
  const train: PulseTrain = {
    kind: "per-cell",
    shape,
    amplitudeCodes: new Uint16Array(cells).fill(code),
  };
  const ledger = new BandLedger(cells);
  order.standing = "failed";
  order.bootId = chip.bootId;
  const sending = chip.pulse(region, train);
  try {
    await ledger.book(train, sending);
    order.receipt = await sending;
    order.standing = order.receipt.certainty;
  } finally {
    books.add(region, ledger.close(initialState(cells)));
  }
}

async function read(chip: OpenedChip, silicon: Silicon, prng: Prng): Promise<void> {
  const region = someRegion(prng);
  const readout = await chip.read(region, { averages: 1 + prng.below(200), readVolts: 0.2 });
  if (!silicon.gave(chip.bootId, readout))
    throw new Error(`the chip never gave ${JSON.stringify({ ...readout, codeSums: [...readout.codeSums] })}`);
}

/** Each order against the pulses that the silicon got. */
export function orderViolations(orders: readonly Order[], { trains }: Silicon): string[] {
  const strange = trains.filter(
    ({ train }) => train.kind === "shared" || !orders.some(({ code }) => train.amplitudeCodes[0] === code),
  );
  return [
    ...orders.flatMap((order) => oneViolations(order, trains)),
    ...strange.map(({ startSeconds }) => `nobody asked for the pulses at ${startSeconds} s`),
  ];
}

/** Chip times of a receipt against those of the silicon. */
const toleranceSeconds = 1e-9;

function oneViolations(order: Order, trains: Silicon["trains"]): string[] {
  const { code, standing, receipt, bootId } = order;
  const given = trains.filter(({ train }) => train.kind === "per-cell" && train.amplitudeCodes[0] === code);
  const what = `order ${code} is ${standing}, and was given ${given.length} times`;
  if (given.length > 1 || (standing === "acknowledged" && given.length !== 1)) return [what];
  if (standing === "intended") return [what];
  const [one] = given;
  if (one === undefined || receipt === undefined) return [];
  const { startSeconds, endSeconds, pulses } = receipt;
  const timely =
    standing === "acknowledged"
      ? Math.abs(one.startSeconds - startSeconds) <= toleranceSeconds
      : one.startSeconds >= startSeconds - toleranceSeconds && one.startSeconds <= endSeconds;
  return [
    ...(timely
      ? []
      : [`${what} at ${one.startSeconds} s, by its receipt ${startSeconds} to ${endSeconds} s`]),
    ...(one.bootId === bootId ? [] : [`${what} by boot ${one.bootId} instead of ${bootId}`]),
    ...(pulses === pulsesIn(one.train) ? [] : [`${what}, with ${pulses} pulses by its receipt`]),
  ];
}

function someRegion(prng: Prng): Region {
  const row = prng.below(6);
  const column = prng.below(6);
  return {
    array: 0,
    row,
    column,
    rows: 1 + prng.below(Math.min(3, 6 - row)),
    columns: 1 + prng.below(Math.min(4, 6 - column)),
  };
}
