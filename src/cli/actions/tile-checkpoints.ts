/** What is kept of a block of tiles while it is programmed, so that another process can go on with it. */

import { placeBand } from "../../../calibration/program-verify/block-programming.ts";
import { ofPart } from "../../../calibration/program-verify/device-order.ts";
import type { BandOrder, ProgramHooks } from "../../../calibration/program-verify/program-bands.ts";
import type { Chip } from "../../chip/chip.ts";
import { addPulses, type PulseReceipt, pulsesIn } from "../../chip/pulse.ts";
import { deviceCountOf, type WeightBlock } from "../../chip/weight-block.ts";
import type { PlacedBlock } from "../../network/weight-blocks.ts";
import type { PulseSpan } from "../../store/checkpoints.ts";
import type { StoredTile } from "../../store/placement.ts";
import type { Store } from "../../store/store.ts";
import { BlockWearNotes, type CellWear, tileOfBlock, wearOf } from "./block-wear.ts";

export interface TileCheckpoints {
  /** States of the bands that an earlier process was at, by band. */
  readonly resume: ReadonlyMap<number, Uint8Array>;
  /** Whether the board has begun anew since the last of them. */
  readonly restarted: boolean;
  /** Pulses of the earlier processes, of each device in device order; those that may not have been applied count. */
  readonly earlierPulses: Uint16Array;
  readonly hooks: ProgramHooks;
  /** Keeps the states of a late verification, by band. To be called in a transaction, before its first pulse. */
  keepAll(reopened: ReadonlyMap<number, Uint8Array>): void;
  /** The chip, whose acknowledged pulses are noted with their times. */
  watched(chip: Chip): Chip;
  /** Since the block was begun, as far as it was in this power-up. */
  span(): PulseSpan;
}

/** @param bands of the block, in order. */
export function tileCheckpoints(
  store: Store,
  placed: PlacedBlock<StoredTile>,
  bands: readonly WeightBlock[],
  { bootId, ledger }: { readonly bootId: number; readonly ledger: CellWear },
): TileCheckpoints {
  const tile = tileOfBlock(placed);
  const known = store.checkpoints.of(tile);
  const earlierPulses = new Uint16Array(deviceCountOf(placed.block));
  const pulses = bands.map((band) => new Uint16Array(deviceCountOf(band)));
  for (const one of known) {
    pulses[one.band]?.set(one.pulses);
    placeBand(earlierPulses, placed.block, one.pulses, bandOf(bands, one.band));
  }
  const states = new Map(known.map(({ band, state }) => [band, state]));
  let span = known.map((one) => spanIn(one, bootId)).reduce(joined, { bootId, ...nothing });
  const wear = new BlockWearNotes(store, tile, wearOf(ledger, placed.block));
  const save = (band: number): void => {
    const [state, own] = [states.get(band), pulses[band]];
    if (state === undefined || own === undefined) throw new RangeError(`the block has no band ${band}`);
    store.checkpoints.save(tile, { band, state, pulses: own, ...span });
  };
  return {
    resume: new Map(states),
    restarted: known.some((one) => one.bootId !== bootId),
    earlierPulses,
    hooks: {
      onState(band, state, pulsesFollow) {
        states.set(band, state);
        // With the pulses, before they are sent: one write an iteration.
        if (!pulsesFollow) store.quickly(() => save(band));
      },
      beforePulses(band, orders) {
        for (const order of orders) count(pulses[band] ?? new Uint16Array(), bandOf(bands, band), order);
        store.quickly(() => {
          wear.announce(orders.reduce((sum, { train }) => sum + pulsesIn(train), 0));
          save(band);
        });
      },
    },
    keepAll(reopened) {
      for (const [band, state] of reopened) {
        states.set(band, state);
        save(band);
      }
    },
    watched: (chip) =>
      withReceipts(wear.watched(chip), ({ startSeconds: startedSeconds, endSeconds: endedSeconds }) => {
        span = joined(span, { bootId, startedSeconds, endedSeconds });
      }),
    span: () => span,
  };
}

const withReceipts = (chip: Chip, note: (receipt: PulseReceipt) => void): Chip => ({
  ...chip,
  async pulse(region, train) {
    const receipt = await chip.pulse(region, train);
    note(receipt);
    return receipt;
  },
});

/** @throws RangeError when a checkpoint names a band that the block has not. */
function bandOf(bands: readonly WeightBlock[], index: number): WeightBlock {
  const band = bands[index];
  if (band === undefined) throw new RangeError(`the block has no band ${index}`);
  return band;
}

const nothing = { startedSeconds: undefined, endedSeconds: undefined };

/** Chip times of another power-up say nothing in this one. */
const spanIn = (span: PulseSpan, bootId: number): PulseSpan =>
  span.bootId === bootId ? span : { bootId, ...nothing };

const joined = (a: PulseSpan, b: PulseSpan): PulseSpan => ({
  bootId: a.bootId,
  startedSeconds: outer(Math.min, a.startedSeconds, b.startedSeconds),
  endedSeconds: outer(Math.max, a.endedSeconds, b.endedSeconds),
});

const outer = (
  choose: (a: number, b: number) => number,
  a: number | undefined,
  b: number | undefined,
): number | undefined => (a === undefined || b === undefined ? (a ?? b) : choose(a, b));

/** Adds the pulses of an order, which is for one of the parts of the band. `pulses` is changed. */
function count(pulses: Uint16Array, band: WeightBlock, { region, train }: BandOrder): void {
  const part = band.parts.findIndex(
    ({ region: own }) => own.array === region.array && own.row === region.row && own.column === region.column,
  );
  addPulses(ofPart(pulses, band, part), train);
}
