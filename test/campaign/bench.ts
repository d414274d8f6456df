/** A campaign on an emulated board in this process: in virtual time, or on a clock that follows the world of the test. */

import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import type { ChipProfile } from "../../mocks/array/profile.ts";
import { tiny } from "../../mocks/array/profiles/tiny.ts";
import { followingClock } from "../../mocks/firmware/chip-clock.ts";
import type { Firmware } from "../../mocks/firmware/firmware.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { powerUp } from "../../mocks/host/power-up.ts";
import type { CampaignEvent } from "../../src/campaign/campaign-event.ts";
import { Hold } from "../../src/campaign/hold.ts";
import { type CampaignPlan, planSchema } from "../../src/campaign/plan.ts";
import { Presence } from "../../src/campaign/presence.ts";
import { type CampaignEnding, runCampaign } from "../../src/campaign/run.ts";
import { type PlanFacts, subjectsOf } from "../../src/campaign/subjects.ts";
import { firstBoot } from "../../src/campaign/timeline.ts";
import type { ClockKind } from "../../src/chip/clock-kind.ts";
import { chipIdentity } from "../../src/chip/descriptor.ts";
import type { OpenedChip } from "../../src/chip/opened-chip.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { takeAnchor } from "../../src/chip/take-anchor.ts";
import type { Clock } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import type { LockOwner } from "../../src/store/campaign-locks.ts";
import type { Slot, StoredCampaign } from "../../src/store/campaign-rows.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { VirtualWorld } from "../simulation/virtual-world.ts";
import { beginRun } from "../store/synthetic.ts";
import { freshPath } from "../store/temp-folder.ts";

/** What no plan below has unless it says so. */
export const emptyPlan: CampaignPlan = {
  name: "test",
  averages: 2,
  readVolts: 0.2,
  calibration: null,
  tiles: null,
  regions: [],
  mvm: null,
  calibrations: null,
  temperature: null,
  limitsKelvin: null,
  since: "start",
};

const canary = { array: 0, row: 2, column: 8, rows: 2, columns: 16 };

/** A canary at some ages, and the temperature every so often. */
export const smallPlan = (
  agesSeconds: readonly number[],
  temperatureAges: readonly number[] = [],
): CampaignPlan => ({
  ...emptyPlan,
  regions: [{ name: "canary", region: canary, agesSeconds: [...agesSeconds] }],
  temperature: temperatureAges.length === 0 ? null : { agesSeconds: [...temperatureAges] },
});

export type Time = "virtual" | { readonly offTime: ClockKind["offTime"] };

/** What a test may do to the line between campaign and board. */
export type Wrap = (chip: RemoteChip) => OpenedChip;

export class CampaignBench {
  /** A reading is some requests, each of which takes turns of the loop. */
  readonly world = new VirtualWorld(30);
  readonly path: string;
  readonly events: CampaignEvent[] = [];
  readonly stop = new AbortController();
  /** Added to the wall clock: somebody sets it. */
  wallOffsetSeconds = 0;
  wrap: Wrap = (chip) => chip;
  /** Undefined while the board is not there. */
  #firmware: Firmware | undefined;
  #bootId = 0;
  readonly #time: Time;
  readonly clock: Clock = {
    monotonicSeconds: () => this.world.monotonicSeconds(),
    wallSeconds: () => 1e9 + this.world.wallSeconds() + this.wallOffsetSeconds,
  };

  readonly #profile: ChipProfile;
  /** Tells the campaign what becomes of its line. */
  line: (text: string, isThere: boolean) => void = () => {};

  constructor(time: Time = "virtual", { path = freshPath(), profile = tiny } = {}) {
    this.#time = time;
    this.#profile = profile;
    this.path = path;
    this.powerUp();
  }

  /** A board whose clock begins anew, or, in virtual time, at the given chip time. */
  powerUp(chipSeconds = 0): void {
    const time = this.#time;
    const clockFrom =
      time === "virtual" ? {} : { clockFrom: () => followingClock(this.world, 1, chipSeconds, time.offTime) };
    const bootId = ++this.#bootId;
    const options = { bootId, life: "life", poweredClock: this.world, ...clockFrom };
    this.#firmware = powerUp({ profile: this.#profile, seed: 1 }, options).firmware;
  }

  unplug(): void {
    this.#firmware = undefined;
  }

  async open(): Promise<RemoteChip> {
    if (this.#firmware === undefined) throw new LabError("PORT_MISSING", "the board is not there");
    return openRemoteChip(inProcessTransport(this.#firmware.openLine()), this.world);
  }

  store<T>(look: (store: Store) => T): T {
    const store = openStore(this.path, { mode: "create" });
    try {
      return look(store);
    } finally {
      store.close();
    }
  }

  /** Writes a plan; gives its campaign. */
  async plan(plan: CampaignPlan, tiles: PlanFacts["tiles"] = []): Promise<StoredCampaign> {
    const chip = await this.open();
    const anchor = await takeAnchor(chip, this.clock, "plan");
    const facts = { descriptor: chip.descriptor, tiles, nowSeconds: anchor.chipSeconds };
    const subjects = subjectsOf(plan, facts);
    return this.store((store) => {
      const run = beginRun(store, "campaign", 0);
      const id = store.campaigns.add({
        run,
        chip: store.chips.attach(run, chip.descriptor),
        name: plan.name,
        plan,
        plannedSeconds: anchor.chipSeconds,
        plannedWallSeconds: anchor.wallSeconds,
        subjects,
        boot: firstBoot(anchor),
      });
      const campaign = store.campaigns.list().find((one) => one.id === id);
      if (campaign === undefined) throw new RangeError("no campaign");
      return campaign;
    });
  }

  /** One process that runs it, to whatever end; its time passes by itself. */
  run(campaign: StoredCampaign, process = 1): Promise<CampaignEnding> {
    return this.world.run(this.#process(campaign, process));
  }

  /** As `run`, for a test that lets the world go on by itself. */
  start(campaign: StoredCampaign, process = 1): Promise<CampaignEnding> {
    return this.#process(campaign, process);
  }

  slots(campaign: StoredCampaign): Slot[] {
    return this.store((store) => store.campaigns.slots(campaign.id));
  }

  async #process(campaign: StoredCampaign, process: number): Promise<CampaignEnding> {
    const store = openStore(this.path, { mode: "existing" });
    try {
      const run = beginRun(store, "campaign", process);
      const descriptor = store.chips.of(campaign.run)?.descriptor;
      if (descriptor === undefined) throw new RangeError("no chip");
      store.chips.attach(run, descriptor);
      const chip = chipIdentity(descriptor);
      const hold = new Hold(
        {
          store,
          campaign: campaign.id,
          chip,
          owner: ownerOf(process),
          hasEnded: (lock) => lock.process !== process,
        },
        this.clock.wallSeconds(),
      );
      try {
        const boot = store.campaigns.boots(campaign.id).at(-1);
        if (boot === undefined) throw new RangeError("no power-up");
        const { clock, world: timer } = this;
        const presence = new Presence(boot, {
          source: {
            open: async () => this.wrap(await this.open()),
            listen: (heard) => {
              this.line = heard;
            },
          },
          chip,
          clock,
          timer,
          epoch: `process ${process}`,
          lockOwner: "test",
          lockLost: () => {},
        });
        return await runCampaign({
          pen: { store, campaign, run, toolVersion: "test", calibration: nominalCalibration(descriptor) },
          plan: planSchema.parse(campaign.plan),
          hold,
          presence,
          clock,
          timer,
          stop: this.stop.signal,
          hear: (event) => this.events.push(event),
          advanced: () => {},
          lineReport: () => undefined,
        });
      } finally {
        hold.release();
      }
    } finally {
      store.close();
    }
  }
}

export const ownerOf = (process: number): LockOwner => ({
  owner: `owner ${process}`,
  host: "here",
  process,
  hostBoot: null,
});

/** What a slot came to, without what differs from run to run. */
export const outcomesOf = (slots: readonly Slot[]) =>
  slots.map(({ subject, ageSeconds, dueSeconds, outcome }) => ({
    subject,
    ageSeconds,
    dueSeconds,
    kind: outcome?.kind,
    reason: outcome?.reason,
    readouts: outcome?.readouts.length,
  }));
