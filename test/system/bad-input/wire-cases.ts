/** Bad input: the wire. */

import { fakeLine } from "../fake-line.ts";
import { type Case, identify } from "./case.ts";
import { describing, speaking } from "./lines.ts";

/** Neither frames nor lines: zeros are delimiters of frames, what is between them has no checksum that fits. */
const noFrames = "\u0000\u0005abcdefghij\u0000";

export const wire: readonly Case[] = [
  {
    phrase: "wrong CRC for ever",
    words: async (_, atEnd) => identify(await fakeLine(() => noFrames, atEnd), "--link", "on"),
    code: "NO_ANSWER",
    says: /link/,
    waits: true,
  },
  {
    phrase: "a peer that never acknowledges",
    words: async (_, atEnd) => identify(await fakeLine(() => undefined, atEnd), "--link", "on"),
    code: "NO_ANSWER",
    says: /link/,
    waits: true,
  },
  {
    phrase: "a frame longer than the MTU",
    words: async (_, atEnd) =>
      identify(await fakeLine(() => `\u0000${"x".repeat(70_000)}\u0000`, atEnd), "--link", "on"),
    code: "NO_ANSWER",
    says: /link/,
    waits: true,
  },
  {
    phrase: "a block longer than announced",
    words: async (_, atEnd) => identify(await speaking(describing("0,#12{}{}{}{}\n"), atEnd)),
    code: "NOT_OURS",
    says: /does not speak the pcmlab protocol/,
  },
  {
    phrase: "a block of 4 GiB",
    words: async (_, atEnd) => identify(await speaking(describing("0,#9999999999{}\n"), atEnd)),
    code: "NOT_OURS",
    says: /does not speak the pcmlab protocol/,
  },
  {
    phrase: "NUL floods",
    words: async (_, atEnd) => identify(await speaking(() => [], atEnd, new Uint8Array(1 << 16))),
    code: "BAD_REPLY",
    says: /a message may hold 4195328 bytes/,
  },
  {
    phrase: "0xFF floods",
    words: async (_, atEnd) => identify(await speaking(() => [], atEnd, new Uint8Array(1 << 16).fill(0xff))),
    code: "BAD_REPLY",
    says: /a message may hold 4195328 bytes/,
  },
  {
    phrase: "a second program on the port",
    file: "system/bad-input.test.ts",
    test: "that another program holds, which is named",
  },
  {
    phrase: "a USB stall",
    file: "drivers/usb.test.ts",
    test: "by a stall says so, and the next command finds the board as new",
  },
  {
    phrase: "a half-closed socket",
    words: async (_, atEnd) => identify(await speaking(describing("end"), atEnd)),
    code: "LINK_LOST",
    says: /closed/,
  },
];
