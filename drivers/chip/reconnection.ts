/**
 * The operations of a chip that were asked for and have no answer, kept in their order over a loss of the line.
 *
 * connection.ts says what a loss leads to, recovery-plan.ts what becomes of each operation; this shell waits, and does what these
 * two decide. Nothing is sent past an older operation. A reading that is asked again sees the chip as it is then; its times say so.
 */

import { lastOperation } from "../../firmware-protocol/operation/last-operation.ts";
import { type PulseOrder, type PulseReceipt, type PulseTrain, pulsesIn } from "../../src/chip/pulse.ts";
import { pulseFate } from "../../src/chip/pulse-fate.ts";
import type { Region } from "../../src/chip/region.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { maxPending } from "../instrument/session.ts";
import type { Lost } from "./candidates.ts";
import { type Connection, isLoss, nextConnection } from "./connection.ts";
import { type InDoubt, planRecovery, type RecoveryPlan } from "./recovery-plan.ts";
import type { RemoteChip } from "./remote-chip.ts";
import { type BoardSearch, type Found, waitForBoard } from "./wait-for-board.ts";

export interface ReconnectOptions extends BoardSearch {
  /** Told, for people and records, when the line is lost and when it is back. */
  readonly notice: (text: string) => void;
  /** Ends a search for the board. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * After a loss an operation is done again, or it fails. One that sleeps, and asks the board only now and then, is left alone until
 * it has noticed the loss itself.
 */
export type Manner = "again" | "once" | "sleeping";

/** A sleep that went well for so long has not lost the line at its first question. */
const soundSleepSeconds = 60;

interface Outstanding extends InDoubt {
  readonly manner: Manner;
  begun: number;
  beganSeconds: number;
  /** No attempt is under way. */
  resting: boolean;
  /** Settled once the attempt that is under way has ended, however it ended. */
  running: Promise<void>;
  /** Hands the answer to the caller. */
  readonly attempt: (chip: RemoteChip) => Promise<void>;
  readonly receive?: (receipt: PulseReceipt) => void;
  readonly reject: (failure: unknown) => void;
}

type Resumption = Extract<RecoveryPlan<Outstanding>, { kind: "resume" }>;

export class Reconnection {
  readonly #lost: Lost;
  readonly #options: ReconnectOptions;
  readonly #closing = new AbortController();
  /** Oldest first. */
  readonly #outstanding = new Set<Outstanding>();
  #chip: RemoteChip;
  #connection: Connection = { kind: "connected" };
  #recovery: Promise<void> = Promise.resolve();
  #operationId: number;
  /** The latest chip time that any answer told. */
  #knownSeconds = 0;

  constructor(chip: RemoteChip, lost: Lost, options: ReconnectOptions) {
    this.#chip = chip;
    this.#lost = lost;
    this.#options = options;
    this.#operationId = chip.lastOperationId;
  }

  get resource(): string {
    return this.#chip.resource;
  }

  /** @param timeOf the latest chip time (s) that an answer tells. */
  ask<T>(
    run: (chip: RemoteChip) => Promise<T>,
    { manner = "again", timeOf = () => 0 }: { manner?: Manner; timeOf?: (answer: T) => number } = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const attempt = async (chip: RemoteChip): Promise<void> => {
        const answer = await run(chip);
        this.#heard(timeOf(answer));
        resolve(answer);
      };
      this.#submit({ ...fresh, manner, attempt, reject });
    });
  }

  pulse(region: Region, train: PulseTrain, operationId = this.#operationId + 1): Promise<PulseReceipt> {
    this.#operationId = operationId;
    const pulse = { operationId, region, train };
    return new Promise((resolve, reject) => {
      const attempt = async (chip: RemoteChip): Promise<void> => {
        const receipt = await this.#pulse(chip, pulse, one.begun > 1);
        this.#heard(receipt.endSeconds);
        resolve(receipt);
      };
      const one: Outstanding = { ...fresh, manner: "again", pulse, attempt, receive: resolve, reject };
      this.#submit(one);
    });
  }

  async close(): Promise<void> {
    this.#fail(new LabError("LINK_LOST", `the session with ${this.resource} was closed`));
    this.#closing.abort();
    await this.#recovery;
    await this.#chip.close();
  }

  #submit(one: Outstanding): void {
    if (this.#connection.kind === "failed") one.reject(this.#connection.failure);
    else if (this.#outstanding.size >= maxPending)
      one.reject(new RangeError(`more than ${maxPending} requests under way`));
    else {
      this.#outstanding.add(one);
      if (this.#connection.kind === "connected") this.#begin(one, one.attempt);
    }
  }

  #begin(one: Outstanding, attempt: Outstanding["attempt"]): void {
    const chip = this.#chip;
    one.begun++;
    one.beganSeconds = this.#options.clock.monotonicSeconds();
    one.resting = false;
    one.running = attempt(chip).then(
      () => void this.#outstanding.delete(one),
      (failure: unknown) => this.#ended(one, chip, failure),
    );
  }

  /** An attempt failed. */
  #ended(one: Outstanding, chip: RemoteChip, failure: unknown): void {
    one.resting = true;
    const slept = this.#options.clock.monotonicSeconds() - one.beganSeconds;
    if (one.manner === "sleeping" && slept > soundSleepSeconds) one.begun = 0;
    if (!isLoss(failure) || one.manner === "once") {
      this.#outstanding.delete(one);
      one.reject(failure);
    }
    if (!isLoss(failure)) return;
    if (chip === this.#chip) this.#lose(failure);
    else if (this.#connection.kind === "connected" && this.#outstanding.has(one))
      this.#begin(one, one.attempt);
  }

  /** A pulse that was sent before may have been applied in the meantime, by a board that worked off what it had received. */
  async #pulse(chip: RemoteChip, order: PulseOrder, sentBefore: boolean): Promise<PulseReceipt> {
    try {
      return await chip.pulseAs(order.operationId, order.region, order.train);
    } catch (failure) {
      if (!(sentBefore && failure instanceof LabError && failure.code === "REFUSED")) throw failure;
      const board = await chip.perform(lastOperation, {});
      if (pulseFate(order.operationId, chip.bootId, board) === "not-applied") throw failure;
      return unknownReceipt(order, this.#knownSeconds, await chip.now());
    }
  }

  #lose(failure: LabError): void {
    if (this.#connection.kind !== "connected") return;
    const begun = Math.max(0, ...Array.from(this.#outstanding, (one) => one.begun));
    const atSeconds = this.#options.clock.monotonicSeconds();
    this.#connection = nextConnection(this.#connection, { kind: "lost", failure, atSeconds, begun });
    if (this.#connection.kind === "failed") this.#fail(this.#connection.failure);
    else this.#recovery = this.#recover(failure, atSeconds).catch((reason: unknown) => this.#fail(reason));
  }

  async #recover(cause: LabError, lostSeconds: number): Promise<void> {
    const { notice, totalSeconds, signal } = this.#options;
    notice(`link lost (${cause.message}); waiting up to ${totalSeconds} s for the board`);
    await this.#chip.close();
    // Their failures are on their way.
    const awake = [...this.#outstanding].filter(({ manner }) => manner !== "sleeping");
    await Promise.all(awake.map(({ running }) => running));
    const stop = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]);
    const found = await waitForBoard(this.#lost, this.#chip.descriptor, cause, this.#options, stop);
    if (this.#connection.kind === "failed") return found.chip.close();
    await this.#resume(found, lostSeconds);
  }

  async #resume({ chip, name }: Found, lostSeconds: number): Promise<void> {
    const inDoubt = [...this.#outstanding].filter(({ resting }) => resting);
    const before = { bootId: this.#chip.bootId, highestId: this.#operationId };
    const plan = planRecovery(inDoubt, before, chip);
    if (plan.kind === "stop") {
      await chip.close();
      throw plan.failure;
    }
    const seconds = this.#options.clock.monotonicSeconds() - lostSeconds;
    this.#options.notice(`back under ${name} after ${seconds.toFixed(1)} s, ${planText(plan)}`);
    this.#chip = chip;
    this.#connection = nextConnection(this.#connection, { kind: "back" });
    this.#settleUnknown(plan, chip);
    for (const one of plan.send) this.#begin(one, one.attempt);
  }

  /** What the board handled before the pulses of its record was over when these began. */
  #settleUnknown({ unknown, recorded }: Resumption, chip: RemoteChip): void {
    if (unknown.length === 0) return;
    const until = recorded?.pulse === undefined ? chip.now() : beginningOf(chip, recorded.pulse);
    const from = this.#knownSeconds;
    for (const one of unknown)
      this.#begin(one, async () => {
        const untilSeconds = await until;
        if (one.pulse !== undefined) one.receive?.(unknownReceipt(one.pulse, from, untilSeconds));
      });
  }

  #fail(reason: unknown): void {
    const failure =
      reason instanceof LabError ? reason : new LabError("LINK_LOST", textOf(reason), { cause: reason });
    this.#connection = nextConnection(this.#connection, { kind: "given-up", failure });
    for (const one of this.#outstanding) one.reject(failure);
    this.#outstanding.clear();
  }

  #heard(chipSeconds: number): void {
    this.#knownSeconds = Math.max(this.#knownSeconds, chipSeconds);
  }
}

const fresh = { begun: 0, beganSeconds: 0, resting: true, running: Promise.resolve() };

/** Asks a board for its record of pulses; gives the chip time (s) before the first of them. */
async function beginningOf(chip: RemoteChip, { operationId, region, train }: PulseOrder): Promise<number> {
  return (await chip.pulseAs(operationId, region, train)).startSeconds;
}

/** @param fromSeconds chip time before anything that the order may have done. @param untilSeconds chip time after it. */
const unknownReceipt = (order: PulseOrder, fromSeconds: number, untilSeconds: number): PulseReceipt => ({
  operationId: order.operationId,
  certainty: "unknown",
  pulses: pulsesIn(order.train),
  startSeconds: Math.min(fromSeconds, untilSeconds),
  endSeconds: untilSeconds,
});

function planText({ send, unknown }: Resumption): string {
  const again = send.filter(({ begun }) => begun > 0).length;
  const asked = `${again} operation${again === 1 ? "" : "s"} asked again`;
  return unknown.length === 0 ? asked : `${asked}, ${unknown.length} with an unknown outcome`;
}
