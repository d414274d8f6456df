/** Alarms: what happens in a campaign is posted to a web address and given to a command; neither can hold it up. */

import { spawn } from "node:child_process";
import { alarmKinds, type EventKind } from "../../campaign/campaign-event.ts";
import type { Timer } from "../../core/clock.ts";
import { textOf } from "../../core/errors.ts";
import { sleep, unlessStopped } from "../../core/sleep.ts";

export interface Alarm {
  readonly kind: EventKind;
  readonly level: string;
  readonly text: string;
  readonly campaign: number;
  readonly name: string;
  readonly chip: string;
  readonly store: string;
  readonly wallSeconds: number;
}

export interface AlarmOptions {
  readonly webhook: string | undefined;
  readonly hook: string | undefined;
  readonly timer: Timer;
  /** Told when an alarm could not be given. */
  readonly failed: (text: string) => void;
}

const ringing: ReadonlySet<EventKind> = new Set(alarmKinds);

const longestSeconds = 10;
/** Of each kind; what comes while so many are under way is only in the log. */
const maxUnderWay = 20;

export class Alarms {
  readonly #options: AlarmOptions;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  ring(alarm: Alarm): void {
    if (!ringing.has(alarm.kind)) return;
    const { webhook, hook } = this.#options;
    const document = JSON.stringify(alarm);
    if (webhook !== undefined) this.#give("webhook", (signal) => posted(webhook, document, signal));
    if (hook !== undefined) this.#give("hook", (signal) => handed(hook, document, signal));
  }

  /** Comes back when no alarm is under way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #give(what: string, give: (signal: AbortSignal) => Promise<void>): void {
    const { failed } = this.#options;
    if (this.#underWay.size >= maxUnderWay) {
      failed(`${what}: ${maxUnderWay} alarms are under way already`);
      return;
    }
    const giving = this.#inTime(give)
      .catch((failure: unknown) => failed(`${what}: ${textOf(failure)}`))
      .finally(() => this.#underWay.delete(giving));
    this.#underWay.add(giving);
  }

  async #inTime(give: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const given = new AbortController();
    const late = new AbortController();
    const tooLate = (): Error => new Error(`no answer within ${longestSeconds} s`);
    sleep(longestSeconds, this.#options.timer, given.signal, tooLate).then(
      () => late.abort(),
      () => {},
    );
    try {
      await unlessStopped(give(late.signal), late.signal, tooLate);
    } finally {
      given.abort();
    }
  }
}

async function posted(url: string, body: string, signal: AbortSignal): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}

/** The command of a shell, with the alarm as JSON on its stdin; its own output goes to stderr. */
function handed(command: string, document: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // A group of its own: what the shell has started ends with it, and Ctrl-C on pcmlab does not reach it.
    const child = spawn(command, { shell: true, detached: true, stdio: ["pipe", "ignore", "inherit"] });
    signal.addEventListener("abort", () => killGroup(child.pid));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`\`${command}\` ended with ${code}`)),
    );
    // A command that does not read it is none the worse.
    child.stdin.on("error", () => {});
    child.stdin.end(`${document}\n`);
  });
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
