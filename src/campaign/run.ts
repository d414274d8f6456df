/** Runs a campaign to its end, or until it is told to stop: the shell around the schedule. */

import type { ReadOptions } from "../chip/readout.ts";
import type { Clock, Timer } from "../core/clock.ts";
import { LabError, textOf } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";
import { formatDuration } from "../core/units.ts";
import type { Slot, Subject } from "../store/campaign-rows.ts";
import { isDiskFull } from "../store/failure.ts";
import { Attendance, interrupted } from "./attendance.ts";
import type { CampaignEvent } from "./campaign-event.ts";
import { isAbsence, isInterruption, isRefusal } from "./failures.ts";
import type { Hold } from "./hold.ts";
import { Impediments } from "./impediments.ts";
import { Ink } from "./ink.ts";
import { keepAbsence, keepReading, type Pen } from "./journal.ts";
import type { CampaignPlan } from "./plan.ts";
import type { Presence } from "./presence.ts";
import { type Reading, readSubject, temperaturesOf } from "./read-subject.ts";
import { isLate, nextStep, type Overtaken, overtakenBy } from "./schedule.ts";
import { Teller } from "./teller.ts";
import { Thermometer } from "./thermometer.ts";

export interface CampaignJob {
  readonly pen: Pen;
  readonly plan: CampaignPlan;
  readonly hold: Hold;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly stop: AbortSignal;
  /** Events for people, besides those that the store keeps. */
  readonly hear: (event: CampaignEvent) => void;
  /** Told of slots that got their outcome. */
  readonly advanced: (slots: number) => void;
  /** What the line to the board did until now; undefined when it does not count that. */
  readonly lineReport: () => object | undefined;
}

/** Ends "paused" by an exception only: INTERRUPTED, or what failed. */
export type CampaignEnding = "finished" | "stopped";

/** How often a lost line may break off the reading of one slot. */
const maxAttempts = 3;
/** Pauses between two looks for a board that is gone. */
const firstSearchSeconds = 1;
const longestSearchSeconds = 15;
/** Between two looks at the chip clock while nothing is due, real seconds. */
const longestWaitSeconds = 60;

/** @throws LabError INTERRUPTED when the user stops it, and what ends it otherwise; its state is then "paused". */
export async function runCampaign(job: CampaignJob): Promise<CampaignEnding> {
  const run = new CampaignRun(job);
  return run.toTheEnd();
}

class CampaignRun {
  readonly #job: CampaignJob;
  readonly #teller: Teller;
  readonly #attendance: Attendance;
  readonly #ink: Ink;
  readonly #thermometer: Thermometer;
  readonly #subjects: ReadonlyMap<unknown, Subject>;
  readonly #impediments = new Impediments();
  readonly #attempts = new Map<Slot, number>();
  /** In the order of their due times. */
  #open: readonly Slot[];

  constructor(job: CampaignJob) {
    const { pen, clock, timer, hold, stop, hear } = job;
    const { store, campaign, run } = pen;
    this.#job = job;
    this.#subjects = new Map(store.campaigns.subjects(campaign.id).map((subject) => [subject.id, subject]));
    this.#open = store.campaigns.slots(campaign.id).filter(({ outcome }) => outcome === null);
    this.#teller = new Teller(store, run, clock, hear);
    const { tell } = this.#teller;
    this.#attendance = new Attendance({ store, campaign: campaign.id, hold, clock, timer, stop, tell });
    this.#ink = new Ink({ pen, hold, clock, timer, stop, tell, kept: () => this.#teller.keep() });
    this.#thermometer = new Thermometer(job.plan.limitsKelvin, tell);
    job.presence.listen((text, isThere) => {
      if (isThere) this.#impediments.end(job.presence.estimate());
      else this.#impediments.begin(job.presence.estimate(), "the line was lost");
      tell("line", "warning", text);
    });
  }

  async toTheEnd(): Promise<CampaignEnding> {
    try {
      await this.#begin();
      return await this.#untilOver();
    } catch (failure) {
      this.#broken(failure);
      throw failure;
    } finally {
      this.#attendance.end();
      await this.#job.presence.close();
    }
  }

  /** The first opening fails at once: the user is there to see it. */
  async #begin(): Promise<void> {
    const { pen, presence } = this.#job;
    const before = pen.store.campaigns.state(pen.campaign.id);
    const { bootId, anchorSeconds } = presence.boot;
    await presence.open();
    const now = await presence.ask();
    const reason =
      before.state === "paused"
        ? `paused (${before.reason})`
        : (beginnings[before.state] ?? "no process ran it");
    const fromSeconds = before.state === "planned" ? Number.NEGATIVE_INFINITY : anchorSeconds;
    this.#impediments.add({ fromSeconds, untilSeconds: now, reason });
    this.#tellOfBoot(bootId);
    await this.#enter("running", null);
  }

  async #untilOver(): Promise<CampaignEnding> {
    for (;;) {
      const request = this.#attendance.look();
      if (request === "stop") return this.#stop();
      if (request === "pause") await this.#pause();
      else if (request === "resume") this.#attendance.answered();
      else if (!this.#job.presence.isThere) await this.#awaitBoard();
      else if (await this.#step()) return this.#finish();
    }
  }

  /** Whether nothing is left to do. */
  async #step(): Promise<boolean> {
    const { presence } = this.#job;
    try {
      const now = await presence.ask();
      const step = nextStep(now, this.#open);
      if (step.kind === "done") return true;
      if (step.kind === "miss") await this.#miss(step.overtaken);
      else if (step.kind === "read") await this.#read(step.slot);
      else await this.#wait(now, step.untilSeconds);
    } catch (failure) {
      if (!isAbsence(failure)) throw failure;
      await this.#lose(failure);
    }
    return false;
  }

  async #wait(nowSeconds: number, untilSeconds: number): Promise<void> {
    const { presence } = this.#job;
    const { kind, factor } = presence.clockKind;
    // What passed until a board was lost is known to a minute, and to the reading before a clock that is moved.
    const longest = kind === "real" ? longestWaitSeconds * factor : Number.POSITIVE_INFINITY;
    this.#keepAnchor();
    const target = Math.min(untilSeconds, nowSeconds + longest) - presence.boot.offsetSeconds;
    try {
      await presence.chip.waitUntil(target, this.#attendance.waiting());
    } catch (failure) {
      // Whatever interrupted it is looked at next.
      if (!isInterruption(failure)) throw failure;
    }
  }

  async #read(slot: Slot): Promise<void> {
    const subject = this.#subjectOf(slot);
    const { presence, plan } = this.#job;
    if (!this.#isAsProgrammed(subject)) return this.#giveUp(subject);
    const options: ReadOptions = { averages: plan.averages, readVolts: plan.readVolts };
    try {
      const reading = await readSubject(presence.chip, subject.matter, options);
      await presence.assertSamePowerUp();
      await this.#keep(slot, subject, reading);
    } catch (failure) {
      if (isAbsence(failure)) await this.#lostWhileReading(slot, failure);
      else if (isRefusal(failure)) await this.#fail(slot, textOf(failure));
      else throw failure;
    }
  }

  /** A tile that was programmed again is another experiment. */
  #isAsProgrammed({ matter }: Subject): boolean {
    if (matter.kind !== "tile") return true;
    return this.#job.pen.store.programmings.current().some(({ id }) => id === matter.programming);
  }

  async #giveUp({ id, name }: Subject): Promise<void> {
    const reason = "its devices were programmed again";
    const slots = this.#open.filter(({ subject }) => subject === id).map((slot) => ({ slot, reason }));
    await this.#withoutReading("missed", slots);
    this.#teller.tell("missed", "warning", `${name}: ${slots.length} slots were missed: ${reason}`);
  }

  async #keep(slot: Slot, subject: Subject, reading: Reading): Promise<void> {
    const { pen, presence, clock } = this.#job;
    const { boot } = presence;
    const started = reading.firstSeconds + boot.offsetSeconds;
    const late = isLate(slot, started) ? this.#impediments.lateReason(slot.dueSeconds, started) : null;
    const entry = { slot, subject, reading, boot, wallSeconds: clock.wallSeconds(), late };
    await this.#ink.write(
      () => keepReading(pen, entry),
      this.#impediments,
      () => presence.estimate(),
    );
    this.#done([slot]);
    this.#thermometer.look(temperaturesOf(reading));
  }

  async #lostWhileReading(slot: Slot, failure: Error): Promise<void> {
    const attempts = (this.#attempts.get(slot) ?? 0) + 1;
    this.#attempts.set(slot, attempts);
    if (attempts >= maxAttempts) await this.#fail(slot, `${attempts} attempts: ${textOf(failure)}`);
    throw failure;
  }

  async #fail(slot: Slot, reason: string): Promise<void> {
    await this.#withoutReading("failed", [{ slot, reason }]);
    this.#teller.tell("failed-reading", "error", `${this.#nameOf(slot)} could not be read: ${reason}`);
  }

  async #miss(overtaken: readonly Overtaken<Slot>[]): Promise<void> {
    const missed = overtaken.map(({ slot, bySeconds }) => ({
      slot,
      reason: this.#impediments.missedReason(slot.dueSeconds, bySeconds),
    }));
    await this.#withoutReading("missed", missed);
    const reasons = [...new Set(missed.map(({ reason }) => reason))].join("; ");
    const [first] = missed;
    const what =
      missed.length === 1 && first !== undefined
        ? `${this.#nameOf(first.slot)} was`
        : `${missed.length} slots were`;
    this.#teller.tell("missed", "warning", `${what} missed: ${reasons}`);
  }

  async #withoutReading(
    kind: "missed" | "failed",
    slots: readonly { readonly slot: Slot; readonly reason: string }[],
  ): Promise<void> {
    const { pen, presence, clock } = this.#job;
    const wallSeconds = clock.wallSeconds();
    const write = (): void => {
      for (const { slot, reason } of slots) keepAbsence(pen, { slot: slot.id, kind, reason, wallSeconds });
    };
    await this.#ink.write(write, this.#impediments, () => presence.estimate());
    this.#done(slots.map(({ slot }) => slot));
  }

  #done(slots: readonly Slot[]): void {
    const gone = new Set(slots);
    this.#open = this.#open.filter((slot) => !gone.has(slot));
    this.#job.advanced(slots.length);
  }

  async #lose(failure: Error): Promise<void> {
    const { presence } = this.#job;
    // Nobody knows since when, but it was there at the latest look.
    this.#impediments.begin(presence.boot.anchorSeconds, "the board was absent");
    this.#teller.tell("board-lost", "warning", `the board is gone: ${textOf(failure)}`);
    await presence.close();
  }

  /** Looks for a board that is gone, at a bounded pace, and goes on with the journal meanwhile. */
  async #awaitBoard(): Promise<void> {
    const { presence } = this.#job;
    const lostSeconds = this.#job.clock.monotonicSeconds();
    for (let pause = firstSearchSeconds; ; pause = Math.min(2 * pause, longestSearchSeconds)) {
      const { bootId } = presence.boot;
      if (await this.#found()) {
        const away = formatDuration(this.#job.clock.monotonicSeconds() - lostSeconds);
        this.#teller.tell("board-back", "info", `the board is back after ${away}`);
        this.#tellOfBoot(bootId);
        this.#impediments.end(presence.boot.anchorSeconds);
        return;
      }
      const request = await this.#rest(pause);
      if (request === "stop" || request === "pause") return;
    }
  }

  async #found(): Promise<boolean> {
    try {
      await this.#job.presence.open();
      return true;
    } catch (failure) {
      if (isAbsence(failure)) return false;
      throw failure;
    }
  }

  /** Waits while nothing can be read; what is overtaken is journalled. Gives what was asked for. */
  async #rest(seconds: number): Promise<ReturnType<Attendance["look"]>> {
    await sleep(seconds, this.#job.timer, this.#attendance.waiting(), interrupted).catch(() => {});
    const request = this.#attendance.look();
    const overtaken = overtakenBy(this.#job.presence.estimate(), this.#open);
    if (overtaken.length > 0) await this.#miss(overtaken);
    return request;
  }

  /** The board is left to others meanwhile. */
  async #pause(): Promise<void> {
    const { presence } = this.#job;
    this.#attendance.answered();
    await presence.close();
    await this.#enter("paused", "by the user");
    this.#impediments.begin(presence.estimate(), "paused by the user");
    for (;;) {
      const request = await this.#rest(longestSearchSeconds);
      if (request === "stop") return;
      if (request === "resume") break;
      if (request === "pause") this.#attendance.answered();
    }
    this.#attendance.answered();
    await this.#enter("running", "resumed by the user");
    this.#impediments.end(presence.estimate());
    if (await this.#found()) this.#impediments.end(presence.boot.anchorSeconds);
    else await this.#lose(new LabError("LINK_LOST", "it was not there when the campaign was resumed"));
  }

  async #stop(): Promise<CampaignEnding> {
    const left = this.#open.map((slot) => ({ slot, reason: "the campaign was stopped" }));
    this.#attendance.answered();
    await this.#withoutReading("missed", left);
    await this.#enter("stopped", "by the user");
    return "stopped";
  }

  async #finish(): Promise<CampaignEnding> {
    this.#keepAnchor();
    await this.#enter("finished", null);
    this.#teller.tell("finished", "info", "the campaign is finished");
    return "finished";
  }

  async #enter(state: "running" | "paused" | "stopped" | "finished", reason: string | null): Promise<void> {
    const { pen, presence, clock } = this.#job;
    const { store, campaign, run } = pen;
    const entry = { run, state, reason, atSeconds: presence.estimate(), wallSeconds: clock.wallSeconds() };
    const write = (): void => {
      store.campaigns.putBoot(campaign.id, presence.boot);
      store.campaigns.enter(campaign.id, entry);
    };
    await this.#ink.write(write, this.#impediments, () => presence.estimate());
  }

  /** A store that takes nothing more keeps the state that it has: the next process sees that this one is gone. */
  #broken(failure: unknown): void {
    const { pen, presence, clock } = this.#job;
    const { store, campaign, run } = pen;
    const byUser = isInterruption(failure);
    const reason = byUser ? "interrupted" : `failed: ${textOf(failure)}`;
    const at = { atSeconds: presence.estimate(), wallSeconds: clock.wallSeconds() };
    try {
      store.transaction(() => {
        this.#job.hold.assertHeld();
        store.campaigns.enter(campaign.id, { run, state: "paused", reason, ...at });
      });
    } catch {
      // The failure that is on its way to the user says more.
    }
    if (!byUser) this.#teller.tell("failed", "error", `the campaign failed: ${textOf(failure)}`);
  }

  /** What the next process would like to know, and can do without when the disk is full. */
  #keepAnchor(): void {
    const { pen, presence, lineReport, clock } = this.#job;
    const { store, campaign, run } = pen;
    const report = lineReport();
    try {
      store.quickly(() => {
        store.campaigns.putBoot(campaign.id, presence.boot);
        if (report !== undefined)
          store.campaigns.putLinkReport(campaign.id, run, clock.wallSeconds(), report);
      });
    } catch (failure) {
      if (!isDiskFull(failure)) throw failure;
    }
  }

  #tellOfBoot(before: number): void {
    const { boot } = this.#job.presence;
    if (boot.bootId === before) return;
    const known =
      boot.knownBy === "chip"
        ? "its clock went on where it stood"
        : `ages are known from the host's clock ${doubt(boot.uncertaintySeconds)}`;
    this.#teller.tell("board-restarted", "warning", `the board has restarted; ${known}`);
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

const beginnings: Readonly<Record<string, string>> = { planned: "the campaign was not started yet" };

const doubt = (seconds: number | null): string =>
  seconds === null ? "to be at least what they say" : `within ${formatDuration(seconds)}`;
