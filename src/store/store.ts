/** The store of one network on one chip: everything that is known about it, in one SQLite file. */

import { BlockWear } from "./block-wear.ts";
import { Calibrations } from "./calibrations.ts";
import { CampaignLocks } from "./campaign-locks.ts";
import { Campaigns } from "./campaigns.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Chips } from "./chips.ts";
import type { Connection } from "./connection.ts";
import { DriftAnalyses } from "./drift-fits.ts";
import { Events } from "./events.ts";
import { Networks } from "./networks.ts";
import { type OpenMode, openConnection } from "./open.ts";
import { ProgrammingPlans } from "./programming-plans.ts";
import { Programmings } from "./programmings.ts";
import { Readouts } from "./readouts.ts";
import { Results } from "./results.ts";
import { Runs } from "./runs.ts";
import { Validations } from "./validations.ts";

export class Store {
  readonly path: string;
  readonly runs: Runs;
  readonly chips: Chips;
  readonly calibrations: Calibrations;
  readonly networks: Networks;
  readonly plans: ProgrammingPlans;
  readonly programmings: Programmings;
  readonly checkpoints: Checkpoints;
  readonly blockWear: BlockWear;
  readonly readouts: Readouts;
  readonly results: Results;
  readonly events: Events;
  readonly campaigns: Campaigns;
  readonly campaignLocks: CampaignLocks;
  readonly driftFits: DriftAnalyses;
  readonly validations: Validations;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.path = connection.path;
    this.runs = new Runs(connection);
    this.chips = new Chips(connection);
    this.calibrations = new Calibrations(connection);
    this.networks = new Networks(connection);
    this.checkpoints = new Checkpoints(connection);
    this.blockWear = new BlockWear(connection);
    this.plans = new ProgrammingPlans(connection, this.checkpoints, this.blockWear);
    this.programmings = new Programmings(connection);
    this.readouts = new Readouts(connection, this.calibrations);
    this.results = new Results(connection);
    this.events = new Events(connection);
    this.campaigns = new Campaigns(connection);
    this.campaignLocks = new CampaignLocks(connection);
    this.driftFits = new DriftAnalyses(connection);
    this.validations = new Validations(connection);
  }

  /** Runs `work` in one transaction; it must not wait. Each `add` is a transaction of its own without this. */
  transaction<T>(work: () => T extends PromiseLike<unknown> ? never : T): T {
    return this.#connection.transaction(work);
  }

  /**
   * Does not wait for the disk: what `work` writes outlives the process at once, and the host's power from the next other change of the
   * store on. Not for the inside of a transaction.
   */
  quickly(work: () => void): void {
    this.#connection.quickTransaction(work);
  }

  /** Another number whenever another process has changed the store since this one opened it; costs next to nothing. */
  dataVersion(): number {
    return Number(this.#connection.pragma("data_version"));
  }

  close(): void {
    this.#connection.close();
  }
}

/** @throws LabError STORE when the path is not, or cannot become, a store that this version understands. */
export function openStore(path: string, options: { readonly mode: OpenMode }): Store {
  return new Store(openConnection(path, options.mode));
}
