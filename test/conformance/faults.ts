/** Ways to break a firmware between its line and its cable: what it hears is changed, or what it answers. */

import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import type { Fault, Line } from "./boards.ts";

/** Changes what arrives, in Latin-1. The kit writes whole messages, and bytes one by one where that is the point. */
export const hearing =
  (change: (text: string) => string): Fault =>
  (line) =>
    over(line, (chunk) => line.receive(bytesOf(change(textOfBytes(chunk)))));

/** Changes each response message, without its line feed; undefined drops it. `sent` is what called for it, line feeds included. */
export const answering =
  (change: (reply: string, sent: string) => string | undefined): Fault =>
  (line) =>
    over(line, (chunk) =>
      line.receive(chunk).flatMap((response) => {
        const reply = change(textOfBytes(response).slice(0, -1), textOfBytes(chunk));
        return reply === undefined ? [] : [bytesOf(`${reply}\n`)];
      }),
    );

/** Answers some chunks by itself; undefined lets the firmware answer. */
export const instead =
  (answer: (sent: string, run: (text: string) => string[]) => string[] | undefined): Fault =>
  (line) => {
    const run = (text: string): string[] =>
      line.receive(bytesOf(text)).map((response) => textOfBytes(response));
    return over(line, (chunk) => {
      const own = answer(textOfBytes(chunk), run);
      return own === undefined ? line.receive(chunk) : own.map(bytesOf);
    });
  };

/** As `instead`, for each message of a chunk by itself; only for boards that are sent no LF inside a block. */
export const messagewise =
  (answer: (sent: string, run: (text: string) => string[]) => string[] | undefined): Fault =>
  (line, firmware) => {
    const each = instead(answer)(line, firmware);
    const pieces = (chunk: Uint8Array) => textOfBytes(chunk).split(/(?<=\n)/);
    return over(line, (chunk) => pieces(chunk).flatMap((piece) => each.receive(bytesOf(piece))));
  };

export const both =
  (first: Fault, second: Fault): Fault =>
  (line, firmware) =>
    second(first(line, firmware), firmware);

/** Changes what happens when the line falls silent; `latest` is what arrived last, in Latin-1. */
export const silent =
  (silence: (line: Line, latest: string) => void): Fault =>
  (line) => {
    let latest = "";
    const heard = over(line, (chunk) => {
      latest = textOfBytes(chunk);
      return line.receive(chunk);
    });
    // Not spread: `midMessage` is asked anew each time.
    return Object.assign(heard, { silence: () => silence(line, latest) });
  };

/** The same line with another way to receive. */
export const over = (line: Line, receive: (chunk: Uint8Array) => Uint8Array[]): Line => ({
  receive,
  silence: () => line.silence(),
  get midMessage() {
    return line.midMessage;
  },
});

/** Splits at every LF, blocks or not: what a firmware does that reads lines. */
export const readingLines: Fault = (line) => {
  let rest = "";
  return {
    receive(chunk) {
      const pieces = (rest + textOfBytes(chunk)).split("\n");
      rest = pieces.pop() ?? "";
      return pieces.flatMap((piece) => {
        const responses = line.receive(bytesOf(`${piece}\n`));
        line.silence();
        return responses;
      });
    },
    get midMessage() {
      return rest !== "";
    },
    silence() {
      line.receive(bytesOf(rest));
      line.silence();
      rest = "";
    },
  };
};

/** Waits for all the bytes that a block announces, however many, until the line falls silent. */
export const believingLengths: Fault = (line) => {
  let swallowing = false;
  return {
    receive(chunk) {
      if (swallowing) return [];
      if (!/[ ,]#9999999999/.test(textOfBytes(chunk))) return line.receive(chunk);
      swallowing = true;
      return line.receive(bytesOf("*ESE #9999999999\n"));
    },
    get midMessage() {
      return swallowing || line.midMessage;
    },
    silence() {
      swallowing = false;
      line.silence();
    },
  };
};

/** Swaps the bytes of every 16-bit value of the last block of a response. */
export function bigEndian(reply: string): string {
  return withBlock(reply, (block) => block.replace(/([\s\S])([\s\S])/g, "$2$1"));
}

/** Changes the content of the last block of a response, and its length. */
export function withBlock(reply: string, change: (block: string) => string): string {
  const match = /^([^#]*)#(\d)/.exec(reply);
  if (match === null) return reply;
  const [head = "", text = "", digits = "0"] = match;
  const block = change(reply.slice(head.length + Number(digits)));
  return `${text}#${String(block.length).length}${block.length}${block}`;
}
