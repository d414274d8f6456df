/** Results on stdout, as text or as one JSON document; everything else on stderr. */

import type { Clock } from "../core/clock.ts";
import { type Paint, paintFor } from "./colour.ts";
import { Progress } from "./progress.ts";

export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
}

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Of stderr; plain when missing. */
  readonly paint?: Paint;
}

export class Output {
  readonly #streams: Streams;
  readonly #clock: Clock;
  readonly #json: boolean;
  readonly #quiet: boolean;
  readonly #paint: Paint;
  /** What the command ends with when it does not fail. */
  exitCode = 0;

  constructor(streams: Streams, clock: Clock, { json, quiet, paint = paintFor(false) }: OutputOptions) {
    this.#streams = streams;
    this.#clock = clock;
    this.#json = json;
    this.#quiet = quiet;
    this.#paint = paint;
  }

  /** The same, but results go nowhere: for a command that is a step of another one. */
  withoutResults(): Output {
    const streams = { stdout: { write: () => true }, stderr: this.#streams.stderr };
    return new Output(streams, this.#clock, { json: this.#json, quiet: this.#quiet, paint: this.#paint });
  }

  /** The result of the command: `document` with --json, `text` without. */
  result(document: object, text: string): void {
    this.#streams.stdout.write(this.#json ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`);
  }

  /** A remark for people. */
  note(text: string): void {
    if (!this.#quiet) this.#streams.stderr.write(`${text}\n`);
  }

  /** A remark that --quiet does not hide. */
  warn(text: string): void {
    this.#streams.stderr.write(`${this.#paint("warning:", "yellow")} ${text}\n`);
  }

  /** Why the program ends. */
  error(text: string): void {
    this.#streams.stderr.write(`${text}\n`);
  }

  /** Progress of `total` units of work, with rate and time left. */
  progress(what: string, unit: string, total: number): Progress {
    const { stderr } = this.#streams;
    return new Progress({
      what,
      unit,
      total,
      clock: this.#clock,
      write: this.#quiet ? () => {} : (text) => stderr.write(text),
      overwrite: stderr.isTTY === true,
    });
  }
}
