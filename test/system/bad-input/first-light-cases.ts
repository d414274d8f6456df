/** Bad input: the first network through a real port. */

import { type Case, identify, infer, program } from "./case.ts";
import { describing, speaking } from "./lines.ts";

export const firstLight: readonly Case[] = [
  {
    phrase: "no port",
    words: ({ file }) => identify(file("nothing")),
    code: "PORT_MISSING",
    says: /no port .*nothing/,
  },
  {
    phrase: "wrong port: a plain file",
    words: ({ file }) => identify(file("notes.txt")),
    code: "PORT_MISSING",
    says: /notes\.txt cannot be opened as a serial port/,
  },
  {
    phrase: "wrong port: nobody listens",
    words: () => identify("127.0.0.1:1"),
    code: "PORT_MISSING",
    says: /no connection to 127\.0\.0\.1:1/,
  },
  {
    phrase: "port taken",
    file: "system/bad-input.test.ts",
    test: "that another program holds, which is named",
  },
  {
    phrase: "a device that is not ours",
    words: async (_, atEnd) =>
      identify(await speaking((line) => (line === "*IDN?" ? ["ACME,Scope 3000,1,2\n"] : ["0\n"]), atEnd)),
    code: "NOT_OURS",
    says: /"ACME,Scope 3000,1,2" on .* does not speak the pcmlab protocol/,
  },
  {
    phrase: "garbage on the line",
    words: async (_, atEnd) => identify(await speaking(() => ["\u0007%$\u001b[2J~\n"], atEnd)),
    code: "NOT_OURS",
    says: /does not speak the pcmlab protocol/,
  },
  {
    phrase: "a truncated block",
    words: async (_, atEnd) => identify(await speaking(describing('0,#3999{"model"', "end"), atEnd)),
    code: "LINK_LOST",
    says: /closed/,
  },
  {
    phrase: "an ONNX file with an unsupported operator (named, with its node)",
    words: (world) => program(world, "recurrent.onnx"),
    code: "UNSUPPORTED_OPERATOR",
    says: /LSTM.*memory|memory.*LSTM/,
  },
  {
    phrase: "an ONNX file that is cut off",
    words: (world) => program(world, "short.onnx"),
    code: "BAD_NETWORK",
    says: /the file of 200 bytes is damaged/,
  },
  {
    phrase: "an image file of the wrong size",
    words: (world) => infer(world, "idle.db", "--images", world.file("short.bin")),
    code: "BAD_DATA",
    says: /short\.bin.*5000 bytes/,
  },
  {
    phrase: "a store from a newer version",
    words: ({ file }) => ["report", "--store", file("newer.db"), "-o", file("report.html")],
    code: "STORE",
    says: /newer/,
  },
  {
    phrase: "a network that does not fit the chip",
    words: (world) => program(world, "too-large.onnx"),
    code: "DOES_NOT_FIT",
    says: /8000 devices.*the chip has 4096.*"dense", 400 x 10/,
  },
];
