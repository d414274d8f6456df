/** An open wear ledger: the counts in memory, the trains that are under way, and when which of it is written. */

import { rmSync } from "node:fs";
import type { OrderedCells } from "../../chip/on-board.ts";
import type { PulseTrain } from "../../chip/pulse.ts";
import type { PulseFate } from "../../chip/pulse-fate.ts";
import type { Region } from "../../chip/region.ts";
import type { IntentId } from "../../chip/wear-ledger.ts";
import { LabError } from "../../core/errors.ts";
import type { Connection } from "../connection.ts";
import { CellCounts, largestCount, type Place } from "./cell-counts.ts";
import type { ChipLedger, Unsettled } from "./chip-ledger.ts";
import { type Claim, claimOf, type Located, pulsesOf } from "./claim.ts";
import type { LedgerChip } from "./open.ts";
import {
  type Counted,
  deleteIntent,
  deleteIntents,
  deleteSettledIntents,
  insertIntent,
  isEmpty,
  readIntents,
  readWear,
  settleIntent,
  writeWear,
} from "./tables.ts";

/** Trains that are settled before they are folded: folding writes whole word lines. */
const trainsPerFold = 512;
/** Folds between two waits for the disk. */
const foldsPerFlush = 4;

export class WearBook implements ChipLedger {
  readonly path: string;
  readonly isNew: boolean;
  readonly unsettled: Unsettled;
  readonly #connection: Connection;
  readonly #limit: number;
  readonly #unlock: () => void;
  readonly #chip: LedgerChip;
  /** What is settled. */
  readonly #settled: Counted;
  /** The same with the trains that are under way. */
  readonly #sent: CellCounts;
  readonly #underWay = new Map<IntentId, Located>();
  /**
   * What became of trains since the last change of the file. It is written with the next one: a process that is killed before that leaves
   * trains whose fate nobody knows, which count, and two changes a train would take twice the time of one.
   */
  readonly #fates: [IntentId, PulseFate][] = [];
  /** Word lines that were changed since the last fold, as array and row. */
  readonly #changed = new Map<string, readonly [number, number]>();
  #settledTrains = 0;
  #folds = 0;
  #isEmpty: boolean;
  #closed = false;

  constructor(connection: Connection, chip: LedgerChip, limit: number, unlock: () => void) {
    this.path = connection.path;
    this.isNew = isEmpty(connection);
    this.#isEmpty = this.isNew;
    this.#connection = connection;
    this.#chip = chip;
    this.#limit = Math.min(limit, largestCount);
    this.#unlock = unlock;
    this.#settled = { pulses: new CellCounts(chip.arrays), unknown: new CellCounts(chip.arrays) };
    readWear(connection, this.#settled);
    this.unsettled = this.#adopt();
    this.#sent = this.#settled.pulses.copy();
  }

  pulsesOf(place: Place): number {
    return this.#sent.at(place);
  }

  intend(region: Region, train: PulseTrain): IntentId {
    return this.#intend(claimOf(region, train));
  }

  intendRun({ region, mask }: OrderedCells, mostPulses: number): IntentId {
    return this.#intend({ region, chosen: mask, each: mostPulses });
  }

  #intend(claim: Claim): IntentId {
    const cells = this.#sent.locate(claim);
    this.#assertWithinLimit(cells);
    const intent = this.#connection.transaction(() => {
      this.#writeFates();
      return insertIntent(this.#connection, claim) as IntentId;
    });
    this.#isEmpty = false;
    this.#fates.length = 0;
    this.#sent.add(cells);
    this.#underWay.set(intent, cells);
    return intent;
  }

  settle(intent: IntentId, fate: PulseFate): void {
    const cells = this.#underWay.get(intent);
    if (this.#closed || cells === undefined) return;
    this.#underWay.delete(intent);
    this.#fates.push([intent, fate]);
    if (fate === "not-applied") {
      this.#sent.add(cells, -1);
      return;
    }
    this.#count(cells, fate);
    if (++this.#settledTrains >= trainsPerFold) this.#fold();
  }

  settleRun(intent: IntentId, pulses: Uint16Array): void {
    const cells = this.#underWay.get(intent);
    if (this.#closed || cells === undefined) return;
    this.#underWay.delete(intent);
    this.#sent.add(cells, -1);
    this.#sent.addEach(cells.region, pulses);
    this.#settled.pulses.addEach(cells.region, pulses);
    this.#change(cells.region);
    this.#fold((connection) => {
      deleteSettledIntents(connection);
      deleteIntent(connection, intent);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#fold();
    } finally {
      this.#connection.close();
      this.#letGo();
    }
  }

  #letGo(): void {
    try {
      if (this.#isEmpty) rmSync(this.path, { force: true });
    } finally {
      this.#unlock();
    }
  }

  /** Folds what an earlier process left. */
  #adopt(): Unsettled {
    const lost: number[] = [];
    for (const { claim, fate } of readIntents(this.#connection)) {
      const cells = this.#settled.pulses.locate(claim);
      this.#count(cells, fate ?? "unknown");
      if (fate === null) lost.push(pulsesOf(cells));
    }
    this.#fold(deleteIntents);
    return { trains: lost.length, pulses: lost.reduce((sum, pulses) => sum + pulses, 0) };
  }

  /** They are forgotten when the transaction was committed. */
  #writeFates(): void {
    for (const [intent, fate] of this.#fates)
      if (fate === "not-applied") deleteIntent(this.#connection, intent);
      else settleIntent(this.#connection, intent, fate);
  }

  #count(claim: Located, fate: "applied" | "unknown"): void {
    this.#settled.pulses.add(claim);
    if (fate === "unknown") this.#settled.unknown.add(claim);
    this.#change(claim.region);
  }

  #change({ array, row, rows }: Region): void {
    for (let r = row; r < row + rows; r++) this.#changed.set(`${array} ${r}`, [array, r]);
  }

  /** @param deleteFolded takes the intents away that are in the counts from now on. */
  #fold(deleteFolded = deleteSettledIntents): void {
    this.#connection.transaction(() => {
      this.#writeFates();
      for (const [array, row] of this.#changed.values())
        writeWear(this.#connection, this.#settled, array, row);
      deleteFolded(this.#connection);
    });
    this.#fates.length = 0;
    this.#changed.clear();
    this.#settledTrains = 0;
    // From here on the counts outlive the host's power, too; closing does the same.
    if (++this.#folds % foldsPerFlush === 0) this.#connection.pragma("wal_checkpoint(PASSIVE)");
  }

  #assertWithinLimit(claim: Located): void {
    const worn = this.#sent.beyond(claim, this.#limit);
    if (worn === undefined) return;
    const name = this.#chip.arrays[worn.array]?.name;
    throw new LabError(
      "LIMIT",
      `the cell at array ${worn.array} (${name}), row ${worn.row}, column ${worn.column} has had ${worn.count} pulses; ` +
        `${claim.each} more would take it over ${this.#limit}, the most it may get in its life`,
      { next: "nothing was sent; place the network elsewhere, or look at `pcmlab wear`" },
    );
  }
}
