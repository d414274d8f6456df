/**
 * First contact on a serial line. The board may still be sending to, or be in the middle of a block from, a program that
 * was killed; so the host asks `*IDN?` in plain lines until a line comes back that is an identification, and then waits
 * for the line to fall silent. Only then do blocks travel.
 */

import { ReadlineParser } from "@serialport/parser-readline";
import { bytesOf } from "../../src/core/bytes.ts";
import type { Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import { looksLikeIdentification } from "../transport/identification.ts";
import { assertSought } from "../transport/sought-board.ts";

/** A board forgets an unfinished block after 1 s of silence (SPEC.md, Timing), so a later attempt is heard. */
const secondsPerAttempt = 1.25;
const attempts = 4;
const quietSeconds = 0.1;
const lineFeed = 0x0a;
const question = bytesOf("\n*IDN?\n");
/** A killed program may have left a whole reply on the line, 4 MiB at most; more is no instrument. */
const maxGreetingBytes = 1 << 23;
/** An identification is short (72 characters, IEEE 488.2, 10.14); of longer lines only the end is looked for. */
const maxLineBytes = 1 << 12;
const maxQuietWaits = 20;

/** What the greeting needs of a serial port. */
export interface GreetedPort {
  write(bytes: Uint8Array): Promise<void>;
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  removeListener(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  removeListener(event: "close", listener: () => void): unknown;
}

/** Longer than a board waits inside a message. */
const silenceSeconds = 1.1;

/**
 * @param sought identification of the board that was lost and is looked for. Before it is greeted nothing is sent for so long that it
 * has forgotten what it was being sent when the line broke: the greeting's bytes must not complete the block of a pulse.
 * @throws LabError NO_ANSWER when nothing came, NOT_OURS when something else than an identification came; LINK_LOST as soon as the
 * port is closed; AnotherBoard.
 */
export async function greet(
  port: GreetedPort,
  path: string,
  timer: Timer,
  sought: string | undefined,
): Promise<void> {
  const ear = new GreetingEar(port, timer);
  try {
    if (sought !== undefined) await ear.pause(silenceSeconds);
    for (let attempt = 1; attempt <= attempts && !ear.isCut; attempt++) {
      // A port that breaks is closed, which the ear notices.
      port.write(question).catch(() => {});
      if (await ear.hears(secondsPerAttempt)) {
        assertSought(ear.identification, sought, path);
        if (await ear.quiet()) return;
        break;
      }
      if (ear.received > maxGreetingBytes) break;
    }
    throw ear.isCut ? cut(path) : silenceOrGarbage(path, ear.received);
  } finally {
    ear.leave();
  }
}

const cut = (path: string): LabError =>
  new LabError("LINK_LOST", `the connection on ${path} closed while it was greeted`, {
    next: "check the cable and the board's power, then connect again",
  });

function silenceOrGarbage(path: string, received: number): LabError {
  if (received === 0) {
    return new LabError(
      "NO_ANSWER",
      `nothing answers *IDN? on ${path} within ${attempts * secondsPerAttempt} s`,
      {
        next: "check the board's power, the baud rate and that the firmware runs",
      },
    );
  }
  return new LabError("NOT_OURS", `${path} sends ${received} bytes, but no identification`, {
    next: "check the baud rate, and that this is the board and not another device",
  });
}

/** Listens in plain lines. */
class GreetingEar {
  readonly #port: GreetedPort;
  readonly #timer: Timer;
  readonly #parser = new ReadlineParser({ delimiter: "\n", encoding: "latin1" });
  #identification: string | undefined;
  /** Bytes since the last line feed that the parser was given. */
  #unfinished = 0;
  /** True inside a line that is too long. */
  #skipping = false;
  #wake: () => void = () => {};
  #endWait: () => void = () => {};
  received = 0;
  /** The port was closed: nothing more is heard. */
  isCut = false;

  constructor(port: GreetedPort, timer: Timer) {
    this.#port = port;
    this.#timer = timer;
    port.on("data", this.#take);
    port.on("close", this.#cut);
    this.#parser.on("data", (line: string) => {
      // A frame of a link that a killed program left behind may stand before it; it ends with 0x00.
      const text = line.slice(line.lastIndexOf("\0") + 1).replace(/\r$/, "");
      if (!looksLikeIdentification(text)) return;
      this.#identification = text;
      this.#wake();
    });
  }

  /** True when an identification came within the given time. */
  async hears(seconds: number): Promise<boolean> {
    if (this.#identification === undefined) await this.#wait(seconds);
    return this.#identification !== undefined;
  }

  get identification(): string {
    return this.#identification ?? "";
  }

  pause(seconds: number): Promise<void> {
    return this.#wait(seconds, false);
  }

  /** True when nothing arrives for a tenth of a second, within two seconds. */
  async quiet(): Promise<boolean> {
    for (let waits = 0; waits < maxQuietWaits; waits++) {
      const before = this.received;
      await this.#wait(quietSeconds, false);
      if (before === this.received) return !this.isCut;
    }
    return false;
  }

  leave(): void {
    this.#port.removeListener("data", this.#take);
    this.#port.removeListener("close", this.#cut);
    this.#parser.destroy();
  }

  readonly #cut = (): void => {
    this.isCut = true;
    this.#endWait();
  };

  readonly #take = (chunk: Uint8Array): void => {
    this.received += chunk.length;
    if (this.received > maxGreetingBytes) this.#wake();
    else this.#feed(chunk);
  };

  /** Gives the parser whole short lines; it keeps an unfinished line in one buffer that it copies for every chunk. */
  #feed(chunk: Uint8Array): void {
    const from = this.#skipping ? chunk.indexOf(lineFeed) : 0;
    if (from < 0) return;
    this.#parser.write(chunk.subarray(from));
    const last = chunk.lastIndexOf(lineFeed);
    this.#unfinished = last < from ? this.#unfinished + chunk.length : chunk.length - last - 1;
    this.#skipping = this.#unfinished > maxLineBytes;
  }

  #wait(seconds: number, wakeable = true): Promise<void> {
    if (this.isCut) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#timer.after(seconds, resolve);
      this.#endWait = (): void => {
        cancel();
        resolve();
      };
      this.#wake = wakeable ? this.#endWait : (): void => {};
    });
  }
}
