/**
 * The operations of a chip that were asked for and have no answer, kept in their order over a loss of the line.
 *
 * connection.ts says what a loss leads to, recovery-plan.ts what becomes of each operation, settling.ts what became of pulses;
 * outstanding-operations.ts keeps the operations; this shell waits, and does what these decide. Nothing is sent past an older operation. A reading that is asked again sees the chip as it is then; its times say so.
 */

import { type ChipLock, lockOf } from "../../src/chip/lock.ts";
import type { PulseReceipt, PulseTrain } from "../../src/chip/pulse.ts";
import type { Region } from "../../src/chip/region.ts";
import { LabError, textOf, unsent } from "../../src/core/errors.ts";
import type { Lost } from "./candidates.ts";
import { type Connection, nextConnection } from "./connection.ts";
import { KeptLock } from "./kept-lock.ts";
import { type Attempt, fresh, type Manner, type Outstanding } from "./outstanding.ts";
import { OutstandingOperations } from "./outstanding-operations.ts";
import { planRecovery, type RecoveryPlan, sameChip, takenOver } from "./recovery-plan.ts";
import type { RemoteChip } from "./remote-chip.ts";
import { planText, pulsedAgain, takeover, unknownReceipt } from "./settling.ts";
import { type BoardSearch, type Found, waitForBoard } from "./wait-for-board.ts";

export interface ReconnectOptions extends BoardSearch {
  /** Told, for people and records, when the line is lost and when it is back. */
  readonly notice: (text: string) => void;
  /** Ends a search for the board. */
  readonly signal?: AbortSignal | undefined;
}

type Resumption = Extract<RecoveryPlan<Outstanding>, { kind: "resume" }>;

export class Reconnection {
  readonly #lost: Lost;
  readonly #options: ReconnectOptions;
  readonly #closing = new AbortController();
  readonly #outstanding: OutstandingOperations;
  readonly #keptLock = new KeptLock();
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
    this.#outstanding = new OutstandingOperations(options.clock, (failure, one, on) =>
      this.#attemptLost(failure, one, on),
    );
  }

  get resource(): string {
    return this.#chip.resource;
  }

  /** Why nothing more can be asked; undefined while a lost board may come back. */
  get endedBy(): LabError | undefined {
    return this.#connection.kind === "failed" ? this.#connection.failure : undefined;
  }

  /** @param timeOf the latest chip time (s) that an answer tells. */
  ask<T>(
    run: (chip: RemoteChip) => Promise<T>,
    { manner = "again", timeOf = () => 0 }: { manner?: Manner; timeOf?: (answer: T) => number } = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const attempt = async (chip: RemoteChip): Promise<undefined> => {
        const answer = await run(chip);
        this.#heard(timeOf(answer));
        resolve(answer);
      };
      this.#submit({ ...fresh, manner, attempt, reject });
    });
  }

  /** Of a board that has one. */
  get lock(): ChipLock {
    return this.#keptLock.over((run) => this.ask((chip) => run(lockOf(chip))));
  }

  /** Taken from then on, whether or not it is used. */
  nextOperationId(): number {
    return ++this.#operationId;
  }

  /** An operation under an id of its own that is not begun again when the line was lost before its answer. */
  begin<T>(run: (chip: RemoteChip) => Promise<T>, operationId: number): Promise<T> {
    this.#operationId = operationId;
    return this.ask(run, { manner: "once" });
  }

  pulse(region: Region, train: PulseTrain, operationId = this.#operationId + 1): Promise<PulseReceipt> {
    this.#operationId = operationId;
    const pulse = { operationId, region, train };
    return new Promise((resolve, reject) => {
      const attempt: Attempt = async (chip, sentBefore) => {
        const known = { highestId: this.#operationId, chipSeconds: this.#knownSeconds };
        const receipt = await (sentBefore
          ? pulsedAgain(chip, pulse, known)
          : chip.pulseAs(operationId, region, train));
        if (receipt === takeover) throw await this.#takenOver(chip);
        this.#heard(receipt.endSeconds);
        resolve(receipt);
        return receipt;
      };
      this.#submit({ ...fresh, manner: "again", pulse, attempt, receive: resolve, reject });
    });
  }

  async close(): Promise<void> {
    this.#fail(new LabError("LINK_LOST", `the session with ${this.resource} was closed`));
    this.#closing.abort();
    // A recovery may wait for an answer on it.
    await this.#chip.close();
    await this.#recovery;
    await this.#chip.close();
  }

  #submit(one: Outstanding): void {
    if (this.#connection.kind === "failed") one.reject(unsent(this.#connection.failure));
    else if (this.#outstanding.add(one) && this.#connection.kind === "connected") this.#begin(one);
  }

  #begin(one: Outstanding, attempt?: Attempt): Promise<PulseReceipt | undefined> {
    return this.#outstanding.begin(one, this.#chip, attempt);
  }

  /** An attempt on a line that was given up meanwhile says nothing about the present one. */
  #attemptLost(failure: LabError, one: Outstanding, chip: RemoteChip): void {
    if (chip === this.#chip) this.#lose(failure);
    else if (this.#connection.kind === "connected" && this.#outstanding.has(one)) this.#begin(one);
  }

  #lose(failure: LabError): void {
    const begun = this.#outstanding.mostBegun;
    const atSeconds = this.#options.clock.monotonicSeconds();
    const next = nextConnection(this.#connection, { kind: "lost", failure, atSeconds, begun });
    if (next === this.#connection) return;
    this.#connection = next;
    if (next.kind === "failed") this.#fail(next.failure);
    else this.#recovery = this.#recover(failure, atSeconds).catch((reason: unknown) => this.#fail(reason));
  }

  /** Leaves the board to the other host. */
  async #takenOver(chip: RemoteChip): Promise<LabError> {
    const failure = takenOver(this.#outstanding.pulsesSent);
    this.#fail(failure);
    await chip.close();
    return failure;
  }

  async #recover(cause: LabError, lostSeconds: number): Promise<void> {
    const { notice, totalSeconds, signal } = this.#options;
    notice(`link lost (${cause.message}); waiting up to ${totalSeconds} s for the board`);
    await this.#chip.close();
    // The failures of those under way are on their way.
    await this.#outstanding.awakeEnded();
    const stop = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]);
    const found = await waitForBoard(this.#lost, this.#chip, cause, this.#search, stop);
    if (this.#connection.kind === "failed") return found.chip.close();
    await this.#resume(found, lostSeconds);
  }

  get #search(): BoardSearch {
    const { connect } = this.#options;
    return {
      ...this.#options,
      connect: async (name, options) => {
        const chip = await connect(name, options);
        return sameChip(chip.descriptor, this.#chip.descriptor) ? this.#keptLock.regain(chip) : chip;
      },
    };
  }

  async #resume({ chip, name }: Found, lostSeconds: number): Promise<void> {
    const before = { bootId: this.#chip.bootId, highestId: this.#operationId };
    const plan = planRecovery(this.#outstanding.resting, before, chip);
    if (plan.kind === "stop") {
      await chip.close();
      throw plan.failure;
    }
    const seconds = this.#options.clock.monotonicSeconds() - lostSeconds;
    this.#options.notice(`back under ${name} after ${seconds.toFixed(1)} s, ${planText(plan)}`);
    this.#chip = chip;
    this.#connection = nextConnection(this.#connection, { kind: "found" });
    const fromSeconds = this.#knownSeconds;
    // Nothing else is sent before the board has shown that its record is of these pulses.
    const receipt = plan.recorded && (await this.#begin(plan.recorded));
    // The line was lost again, or another host has pulsed the board.
    if (this.#chip !== chip || this.#connection.kind !== "settling") return;
    this.#connection = nextConnection(this.#connection, { kind: "back" });
    this.#settleUnknown(plan, fromSeconds, receipt);
    for (const one of this.#outstanding.resting) this.#begin(one);
  }

  /** What the board handled before the pulses of its record was over when these began. */
  #settleUnknown({ unknown }: Resumption, fromSeconds: number, record: PulseReceipt | undefined): void {
    if (unknown.length === 0) return;
    const asked = record?.certainty === "acknowledged" ? undefined : this.#chip.now();
    for (const one of unknown) {
      const settle = (untilSeconds: number): void => {
        if (one.pulse !== undefined) one.receive?.(unknownReceipt(one.pulse, fromSeconds, untilSeconds));
      };
      if (asked === undefined) {
        settle(record?.startSeconds ?? fromSeconds);
        this.#outstanding.delete(one);
      } else
        this.#begin(one, async () => {
          settle(await asked);
          return undefined;
        });
    }
  }

  #fail(reason: unknown): void {
    const failure =
      reason instanceof LabError ? reason : new LabError("LINK_LOST", textOf(reason), { cause: reason });
    this.#connection = nextConnection(this.#connection, { kind: "given-up", failure });
    this.#outstanding.failAll(failure);
  }

  #heard(chipSeconds: number): void {
    this.#knownSeconds = Math.max(this.#knownSeconds, chipSeconds);
  }
}
