/**
 * The emulated firmware: bytes in, bytes out, one message after the other. It sees nothing but bytes, and answers only
 * queries. A message whose grammar is broken is dropped whole and reported in the error queue (IEEE 488.2, 6.1.6).
 */

import { type LinkLimits, linkVersion } from "../../firmware-protocol/link/terms.ts";
import { linkOffer } from "../../firmware-protocol/operation/link-offer.ts";
import { maxMvmCodes } from "../../firmware-protocol/operation/mvm.ts";
import type { PulseRecord } from "../../firmware-protocol/operation/pulse-reply.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import {
  headerMatches,
  parseProgramMessage,
  printable,
  type Unit,
} from "../../firmware-protocol/scpi/parse.ts";
import { MessageScanner, type Scanned } from "../../firmware-protocol/scpi/scanner.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { bytesOf, concatBytes } from "../../src/core/bytes.ts";
import { Board, type BoardStart } from "./board.ts";
import type { Session } from "./board-lock.ts";
import type { ChipArray } from "./chip-array.ts";
import type { Command } from "./command.ts";
import { commonCommands } from "./common-commands.ts";
import { operationCommand } from "./operation-command.ts";
import { operationCommands } from "./operations.ts";

const commands: readonly Command[] = [...commonCommands, ...operationCommands];

const linkCommand = (limits: LinkLimits): Command =>
  operationCommand(linkOffer, () => ({ lowestVersion: linkVersion, highestVersion: linkVersion, ...limits }));

/** Text around the blocks of the longest message; a train of 64 steps is the wordiest. */
const messageOverhead = 2048;

/** SPEC.md, 3.3: a pulse for every cell, two bytes of code and one bit of mask each, or a batch of input vectors, a byte a code. */
function largestMessage(descriptor: Descriptor): number {
  const cells = descriptor.maxCellsPerRequest;
  const pulseBytes = 2 * cells + Math.ceil(cells / 8);
  return Math.max(pulseBytes, largestBatch(descriptor)) + messageOverhead;
}

/** Input codes of the largest MVM request. */
function largestBatch({ arrays, mvm }: Descriptor): number {
  const rows = arrays[mvm?.plusArrays[0] ?? 0]?.rows ?? 0;
  return Math.min((mvm?.maxVectors ?? 0) * rows, maxMvmCodes);
}

export class Firmware {
  readonly #board: Board;

  /** @param bootId any number that differs from that of the power-up before. */
  constructor(array: ChipArray, bootId: number, start: BoardStart = {}) {
    this.#board = new Board(array, bootId, start);
  }

  get descriptor(): Descriptor {
    return this.#board.descriptor;
  }

  get temperatureKelvin(): number {
    return this.#board.array.temperatureKelvin();
  }

  /** What a board that goes on later needs besides its array: chip time (s) and the record of the last pulses. */
  get memory(): { readonly chipSeconds: number; readonly lastPulse: PulseRecord | undefined } {
    const { chipSeconds, lastPulse } = this.#board;
    return { chipSeconds, lastPulse };
  }

  /**
   * A cable to the board; messages of different lines do not mix, and are executed in the order of their ends.
   * @param link what the board takes where this line carries a link.
   */
  openLine(_push?: unknown, link?: LinkLimits): FirmwareLine {
    return new FirmwareLine(this.#board, link);
  }
}

export class FirmwareLine {
  readonly #board: Board;
  readonly #scanner: MessageScanner;
  readonly #commands: readonly Command[];
  #session: Session = Symbol("a line that was just opened");

  constructor(board: Board, link: LinkLimits | undefined) {
    this.#board = board;
    this.#commands = link === undefined ? commands : [...commands, linkCommand(link)];
    this.#scanner = new MessageScanner(largestMessage(board.array.descriptor));
  }

  /** Takes bytes from the line and returns the response messages that they call for, terminators included. */
  receive(chunk: Uint8Array): Uint8Array[] {
    return this.#scanner.push(chunk).flatMap((scanned) => this.#answer(scanned));
  }

  /** True while a message has begun and not ended; the host of the firmware then watches for silence. */
  get midMessage(): boolean {
    return this.#scanner.midMessage;
  }

  /** The line was silent for the time that SPEC.md allows inside a message: the message is given up. */
  silence(): void {
    if (!this.#scanner.midMessage) return;
    this.#scanner.reset();
    this.#board.status.report(new ScpiFault(-161, "the line fell silent inside a message"));
  }

  #answer(scanned: Scanned): Uint8Array[] {
    if (scanned.kind === "fault") {
      this.#board.status.report(new ScpiFault(scanned.error, scanned.detail));
      return [];
    }
    const units = this.#unitsOf(scanned.bytes);
    // Whoever has a line begins with that: the host before is gone (SPEC.md, 10.16, K3).
    if (units.length === 1 && units[0]?.header.toUpperCase() === "*IDN?")
      this.#session = Symbol("a new host");
    const responses = units.flatMap((unit) => this.#run(unit, scanned.bytes));
    if (responses.length === 0) return [];
    const separated = responses.flatMap((response, i) => [bytesOf(i === 0 ? "" : ";"), response]);
    return [concatBytes([...separated, bytesOf("\n")])];
  }

  #unitsOf(message: Uint8Array): Unit[] {
    try {
      return parseProgramMessage(message);
    } catch (thrown) {
      this.#report(thrown);
      return [];
    }
  }

  #run(unit: Unit, message: Uint8Array): Uint8Array[] {
    try {
      const command = this.#commands.find(({ header }) => headerMatches(header, unit.header));
      if (command === undefined) throw new ScpiFault(-113, printable(unit.header));
      const response = command.run(this.#board, unit.parameters, { message, session: this.#session });
      return response === undefined ? [] : [response];
    } catch (thrown) {
      this.#report(thrown);
      return [];
    }
  }

  #report(thrown: unknown): void {
    if (!(thrown instanceof ScpiFault)) throw thrown;
    this.#board.status.report(thrown);
  }
}
