/**
 * First contact on a serial line. The board may still be sending to, or be in the middle of a block from, a program that
 * was killed; so the host asks `*IDN?` in plain lines until a line comes back that is an identification, and then waits
 * for the line to fall silent. Only then do blocks travel.
 */

import { ReadlineParser } from "@serialport/parser-readline";
import type { SerialPort } from "serialport";
import type { Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";

/** A board forgets an unfinished block after 1 s of silence (SPEC.md, Timing), so a later attempt is heard. */
const secondsPerAttempt = 1.25;
const attempts = 4;
const quietSeconds = 0.1;
/** More than this without an identification is no instrument. It also bounds the parser's buffer. */
const maxGreetingBytes = 1 << 16;

/** Four fields separated by commas (IEEE 488.2, 10.14), nothing unprintable. */
export const looksLikeIdentification = (line: string): boolean =>
  /^[\x20-\x2b\x2d-\x7e]+(,[\x20-\x2b\x2d-\x7e]*){3}$/.test(line);

/** @throws LabError NO_ANSWER when nothing came, NOT_OURS when something else than an identification came. */
export async function greet(port: SerialPort, path: string, timer: Timer): Promise<void> {
  const ear = new GreetingEar(port, timer);
  try {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      port.write("\n*IDN?\n");
      if (await ear.hears(secondsPerAttempt)) return await ear.quiet(quietSeconds);
      if (ear.received > maxGreetingBytes) break;
    }
    throw silenceOrGarbage(path, ear.received);
  } finally {
    ear.leave();
  }
}

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
  readonly #port: SerialPort;
  readonly #timer: Timer;
  readonly #parser = new ReadlineParser({ delimiter: "\n", encoding: "latin1" });
  #identified = false;
  #wake: () => void = () => {};
  received = 0;

  constructor(port: SerialPort, timer: Timer) {
    this.#port = port;
    this.#timer = timer;
    port.on("data", this.#take);
    port.on("error", this.#ignore);
    this.#parser.on("data", (line: string) => {
      if (!looksLikeIdentification(line.replace(/\r$/, ""))) return;
      this.#identified = true;
      this.#wake();
    });
  }

  /** True when an identification came within the given time. */
  async hears(seconds: number): Promise<boolean> {
    if (!this.#identified) await this.#wait(seconds);
    return this.#identified;
  }

  /** Comes back when nothing has arrived for the given time; a line that never rests is given up by the byte limit. */
  async quiet(seconds: number): Promise<void> {
    for (let before = -1; before !== this.received && this.received <= maxGreetingBytes; ) {
      before = this.received;
      await this.#wait(seconds, false);
    }
  }

  leave(): void {
    this.#port.removeListener("data", this.#take);
    this.#port.removeListener("error", this.#ignore);
    this.#parser.destroy();
  }

  readonly #take = (chunk: Uint8Array): void => {
    this.received += chunk.length;
    if (this.received > maxGreetingBytes) this.#wake();
    else this.#parser.write(chunk);
  };

  /** A line that breaks during the greeting shows as its silence; an error that nobody hears would end the process. */
  readonly #ignore = (): void => {};

  #wait(seconds: number, wakeable = true): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timer.after(seconds, resolve);
      this.#wake = (): void => {
        if (!wakeable) return;
        cancel();
        resolve();
      };
    });
  }
}
