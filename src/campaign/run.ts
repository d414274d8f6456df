/** Runs a campaign to its end, or until it is told to stop: the shell around the schedule. */

import { type LabError, textOf } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";
import { formatDuration } from "../core/units.ts";
import type { CampaignState } from "../store/campaign-rows.ts";
import { Agenda } from "./agenda.ts";
import { Attendance } from "./attendance.ts";
import { interrupted, isAbsence, isInterruption } from "./failures.ts";
import { Impediments } from "./impediments.ts";
import { Ink } from "./ink.ts";
import type { CampaignJob } from "./job.ts";
import { nextStep, overtakenBy } from "./schedule.ts";
import { StateJournal } from "./state-journal.ts";
import { Teller } from "./teller.ts";

/** A pause ends it by an exception only: INTERRUPTED, or what failed. */
export type CampaignEnding = "finished" | "stopped";

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
  readonly #states: StateJournal;
  readonly #agenda: Agenda;
  readonly #impediments = new Impediments();

  constructor(job: CampaignJob) {
    const { pen, clock, timer, hold, stop, hear } = job;
    const { store, campaign, run } = pen;
    const impediments = this.#impediments;
    this.#job = job;
    this.#teller = new Teller(store, run, clock, hear);
    const { tell } = this.#teller;
    const ink = new Ink({ job, impediments, tell, kept: () => this.#teller.keep() });
    this.#states = new StateJournal(job, ink);
    this.#agenda = new Agenda({ job, ink, impediments, tell });
    this.#attendance = new Attendance({ store, campaign: campaign.id, hold, clock, timer, stop, tell });
    job.presence.listen((text, isThere) => this.#heardOfLine(text, isThere));
  }

  async toTheEnd(): Promise<CampaignEnding> {
    try {
      await this.#begin();
      return await this.#untilOver().catch((failure: unknown) => this.#broken(failure));
    } finally {
      this.#attendance.end();
      await this.#job.presence.close();
    }
  }

  #broken(failure: unknown): never {
    this.#states.broken(failure);
    if (!isInterruption(failure))
      this.#teller.tell("failed", "error", `the campaign failed: ${textOf(failure)}`);
    throw failure;
  }

  /** The first opening fails at once, and leaves the campaign as it was: the user is there to see it, or a unit that tries again. */
  async #begin(): Promise<void> {
    const { pen, presence } = this.#job;
    const { state, reason } = pen.store.campaigns.state(pen.campaign.id);
    const { bootId, anchorSeconds } = presence.boot;
    await presence.open();
    const untilSeconds = await presence.ask();
    if (state === "planned")
      this.#impediments.add({
        fromSeconds: Number.NEGATIVE_INFINITY,
        untilSeconds,
        reason: "the campaign was not started yet",
      });
    else {
      const why = state === "paused" ? `paused (${reason})` : "no process ran it";
      this.#impediments.add({ fromSeconds: anchorSeconds, untilSeconds, reason: why });
    }
    this.#tellOfBoot(bootId);
    // Whoever begins it again wants no pause that was asked of a process that is gone; an end stays an end.
    for (const request of ["pause", "resume"] as const)
      pen.store.campaigns.forgetRequest(pen.campaign.id, request);
    await this.#states.enter("running", null);
    this.#tellOfState(
      `the campaign ${beginningText(state, reason)}, open slots: ${this.#agenda.open.length}`,
    );
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
    try {
      const now = await this.#job.presence.ask();
      const step = nextStep(now, this.#agenda.open);
      if (step.kind === "done") return true;
      if (step.kind === "miss") await this.#agenda.miss(step.overtaken);
      else if (step.kind === "read") await this.#agenda.read(step.slot);
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
    // What passed until a board was lost is known to a minute, and to the latest reading where a clock is moved.
    const longest = kind === "real" ? longestWaitSeconds * factor : Number.POSITIVE_INFINITY;
    this.#states.keepAnchor();
    const target = Math.min(untilSeconds, nowSeconds + longest) - presence.boot.offsetSeconds;
    try {
      await presence.chip.waitUntil(target, this.#attendance.waiting());
    } catch (failure) {
      // Whatever interrupted it is looked at next.
      if (!isInterruption(failure)) throw failure;
    }
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
    const { presence, clock } = this.#job;
    const lostSeconds = clock.monotonicSeconds();
    let told = "";
    for (let pause = firstSearchSeconds; ; pause = Math.min(2 * pause, longestSearchSeconds)) {
      const { bootId } = presence.boot;
      const absence = await this.#absence();
      if (absence === undefined) {
        const away = formatDuration(clock.monotonicSeconds() - lostSeconds);
        this.#teller.tell("board-back", "info", `the board is back after ${away}`);
        this.#tellOfBoot(bootId);
        return;
      }
      if (absence.message !== told) this.#teller.tell("line", "info", `looking for it: ${absence.message}`);
      told = absence.message;
      const request = await this.#rest(pause);
      if (request === "stop" || request === "pause") return;
    }
  }

  /** Opens the board; why it is not there, when it is not. */
  async #absence(): Promise<LabError | undefined> {
    const { presence } = this.#job;
    try {
      await presence.open();
      this.#impediments.end(presence.boot.anchorSeconds);
      return undefined;
    } catch (failure) {
      if (isAbsence(failure)) return failure;
      throw failure;
    }
  }

  /** Waits while nothing can be read; what is overtaken is journalled. Gives what was asked for. */
  async #rest(seconds: number): Promise<ReturnType<Attendance["look"]>> {
    await sleep(seconds, this.#job.timer, this.#attendance.waiting(), interrupted).catch(() => {});
    const request = this.#attendance.look();
    const overtaken = overtakenBy(this.#job.presence.estimate(), this.#agenda.open);
    if (overtaken.length > 0) await this.#agenda.miss(overtaken);
    return request;
  }

  /** The board is left to others meanwhile. */
  async #pause(): Promise<void> {
    const { presence } = this.#job;
    this.#attendance.answered();
    await presence.close();
    await this.#states.enter("paused", "by the user");
    this.#tellOfState("the campaign is paused by the user");
    this.#impediments.begin(presence.estimate(), "paused by the user");
    for (;;) {
      const request = await this.#rest(longestSearchSeconds);
      if (request === "stop") return;
      if (request !== undefined) this.#attendance.answered();
      if (request === "resume") break;
    }
    await this.#states.enter("running", "resumed by the user");
    this.#tellOfState("the campaign goes on: resumed by the user");
    const absence = await this.#absence();
    if (absence === undefined) return;
    this.#impediments.end(presence.estimate());
    await this.#lose(absence);
  }

  async #stop(): Promise<CampaignEnding> {
    this.#attendance.answered();
    await this.#agenda.missAll("the campaign was stopped");
    await this.#states.enter("stopped", "by the user");
    this.#tellOfState("the campaign is stopped by the user");
    return "stopped";
  }

  async #finish(): Promise<CampaignEnding> {
    this.#states.keepAnchor();
    await this.#states.enter("finished", null);
    this.#teller.tell("finished", "info", "the campaign is finished");
    return "finished";
  }

  #heardOfLine(text: string, isThere: boolean): void {
    const now = this.#job.presence.estimate();
    if (isThere) this.#impediments.end(now);
    else this.#impediments.begin(now, "the line was lost");
    this.#teller.tell("line", "warning", text);
  }

  #tellOfState(text: string): void {
    this.#teller.tell("state", "info", text);
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
}

function beginningText(before: CampaignState, reason: string | null): string {
  if (before === "planned") return "begins";
  return before === "paused"
    ? `goes on after a pause (${reason})`
    : "goes on after its process was killed or the machine was off";
}

const doubt = (seconds: number | null): string =>
  seconds === null ? "to be at least what they say" : `within ${formatDuration(seconds)}`;
