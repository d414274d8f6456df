/** The open slots of a campaign, and what becomes of each of them: read, late, missed or failed, and journalled as such. */

import { textOf } from "../core/errors.ts";
import { formatDuration } from "../core/units.ts";
import type { Slot, Subject } from "../store/campaign-rows.ts";
import type { Tell } from "./campaign-event.ts";
import { isAbsence, isRefusal } from "./failures.ts";
import type { Impediments } from "./impediments.ts";
import type { Ink } from "./ink.ts";
import type { CampaignJob } from "./job.ts";
import { keepAbsence, keepReading } from "./journal.ts";
import { type Reading, readSubject, temperaturesOf } from "./read-subject.ts";
import { isLate, type Overtaken } from "./schedule.ts";
import { Thermometer } from "./thermometer.ts";

export interface AgendaOptions {
  readonly job: CampaignJob;
  readonly ink: Ink;
  readonly impediments: Impediments;
  readonly tell: Tell;
}

/** How often a lost line may break off the reading of one slot. */
const maxAttempts = 3;

export class Agenda {
  readonly #options: AgendaOptions;
  readonly #thermometer: Thermometer;
  readonly #subjects: ReadonlyMap<unknown, Subject>;
  readonly #attempts = new Map<Slot, number>();
  #open: readonly Slot[];

  constructor(options: AgendaOptions) {
    const { job, tell } = options;
    const { store, campaign } = job.pen;
    this.#options = options;
    this.#thermometer = new Thermometer(job.plan.limitsKelvin, tell);
    this.#subjects = new Map(store.campaigns.subjects(campaign.id).map((subject) => [subject.id, subject]));
    this.#open = store.campaigns.slots(campaign.id).filter(({ outcome }) => outcome === null);
  }

  /** In the order of their due times. */
  get open(): readonly Slot[] {
    return this.#open;
  }

  /** @throws LabError when the board is lost meanwhile; the slot then stays open for some more attempts. */
  async read(slot: Slot): Promise<void> {
    const subject = this.#subjectOf(slot);
    if (!this.#isAsProgrammed(subject)) return this.#giveUp(subject);
    const { presence, plan } = this.#options.job;
    const { averages, readVolts } = plan;
    try {
      const reading = await readSubject(presence.chip, subject.matter, { averages, readVolts });
      await presence.assertSamePowerUp();
      await this.#keep(slot, subject, reading);
    } catch (failure) {
      if (isAbsence(failure)) await this.#brokenOff(slot, failure);
      else if (isRefusal(failure)) await this.#fail(slot, textOf(failure));
      else throw failure;
    }
  }

  async miss(overtaken: readonly Overtaken<Slot>[]): Promise<void> {
    const { impediments, tell } = this.#options;
    const missed = overtaken.map(({ slot, bySeconds }) => ({
      slot,
      reason: impediments.missedReason(slot.dueSeconds, bySeconds),
    }));
    await this.#withoutReading("missed", missed);
    const reasons = [...new Set(missed.map(({ reason }) => reason))].join("; ");
    const [first] = missed;
    const isOne = missed.length === 1 && first !== undefined;
    const what = isOne ? `${this.#nameOf(first.slot)} was` : `${missed.length} slots were`;
    tell("missed", "warning", `${what} missed: ${reasons}`);
  }

  /** Nothing will be read any more. */
  missAll(reason: string): Promise<void> {
    return this.#withoutReading(
      "missed",
      this.#open.map((slot) => ({ slot, reason })),
    );
  }

  /** A tile that was programmed again is another experiment. */
  #isAsProgrammed({ matter }: Subject): boolean {
    if (matter.kind !== "tile") return true;
    return this.#options.job.pen.store.programmings.current().some(({ id }) => id === matter.programming);
  }

  async #giveUp({ id, name }: Subject): Promise<void> {
    const reason = "its devices were programmed again";
    const slots = this.#open.filter(({ subject }) => subject === id).map((slot) => ({ slot, reason }));
    await this.#withoutReading("missed", slots);
    this.#options.tell("missed", "warning", `${name}: ${slots.length} slots were missed: ${reason}`);
  }

  async #keep(slot: Slot, subject: Subject, reading: Reading): Promise<void> {
    const { job, ink, impediments } = this.#options;
    const { boot } = job.presence;
    const started = reading.firstSeconds + boot.offsetSeconds;
    const late = isLate(slot, started) ? impediments.lateReason(slot.dueSeconds, started) : null;
    const entry = { slot, subject, reading, boot, wallSeconds: job.clock.wallSeconds(), late };
    await ink.write(() => keepReading(job.pen, entry));
    this.#done([slot]);
    this.#thermometer.look(temperaturesOf(reading));
  }

  async #brokenOff(slot: Slot, failure: Error): Promise<void> {
    const attempts = (this.#attempts.get(slot) ?? 0) + 1;
    this.#attempts.set(slot, attempts);
    if (attempts >= maxAttempts) await this.#fail(slot, `${attempts} attempts: ${textOf(failure)}`);
    throw failure;
  }

  async #fail(slot: Slot, reason: string): Promise<void> {
    await this.#withoutReading("failed", [{ slot, reason }]);
    this.#options.tell("failed-reading", "error", `${this.#nameOf(slot)} could not be read: ${reason}`);
  }

  async #withoutReading(
    kind: "missed" | "failed",
    slots: readonly { readonly slot: Slot; readonly reason: string }[],
  ): Promise<void> {
    const { job, ink } = this.#options;
    const wallSeconds = job.clock.wallSeconds();
    await ink.write(() => {
      for (const { slot, reason } of slots)
        keepAbsence(job.pen, { slot: slot.id, kind, reason, wallSeconds });
    });
    this.#done(slots.map(({ slot }) => slot));
  }

  #done(slots: readonly Slot[]): void {
    const gone = new Set(slots);
    this.#open = this.#open.filter((slot) => !gone.has(slot));
    this.#options.job.advanced(slots.length);
  }

  #subjectOf({ subject }: Slot): Subject {
    const found = this.#subjects.get(subject);
    if (found === undefined) throw new RangeError(`a slot of the unknown subject ${subject}`);
    return found;
  }

  #nameOf(slot: Slot): string {
    return `${this.#subjectOf(slot).name} at ${formatDuration(slot.ageSeconds)}`;
  }
}
