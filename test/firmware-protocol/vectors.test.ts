import { describe, expect, test } from "vitest";
import {
  decodeRequest,
  decodeResponse,
  refusalResponse,
  requestMessage,
  successResponse,
} from "../../firmware-protocol/operation/operation.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import { headerMatches, parseProgramMessage } from "../../firmware-protocol/scpi/parse.ts";
import { MessageScanner } from "../../firmware-protocol/scpi/scanner.ts";
import { textOfBytes } from "../../src/core/bytes.ts";
import {
  type AnyOperation,
  allOperations,
  bytesOfHex,
  exchangeFiles,
  hexOf,
  operationFile,
  specText,
  type Vector,
  vectorFileNames,
} from "./golden.ts";

const operations = await allOperations();

test("every operation has golden vectors, and every file of vectors has its operation", () => {
  expect(operations.size).toBeGreaterThanOrEqual(10);
  expect([...operations.keys(), ...exchangeFiles].sort()).toEqual([...vectorFileNames].sort());
});

describe.each([...operations])("%s", (file, operation) => {
  const { operation: header, vectors } = operationFile(file);

  test("has the header of its vectors, names that differ, and a reply among them", () => {
    expect(operation.header).toBe(header);
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
    expect(vectors.some(({ reply }) => reply !== undefined)).toBe(true);
  });

  test.each(vectors)("$name: the request", (vector) => checkRequest(operation, vector));
  test.each(vectors)("$name: the reply", (vector) => checkReply(operation, vector));
});

function checkRequest(operation: AnyOperation, vector: Vector): void {
  const [unit, ...more] = parseProgramMessage(messageOf(vector.requestHex));
  if (unit === undefined) throw new Error("the request is empty");
  expect(more).toEqual([]);
  expect(headerMatches(operation.header, unit.header)).toBe(true);
  if (vector.request === null) {
    const { refusal } = vector;
    expect(faultOf(() => decodeRequest(operation, unit.parameters))).toEqual(refusal);
    return;
  }
  const request = typed(vector.request);
  expect(decodeRequest(operation, unit.parameters)).toEqual(request);
  expect(hexOf(requestMessage(operation, request))).toBe(vector.requestHex);
}

function checkReply(operation: AnyOperation, vector: Vector): void {
  const outcome = decodeResponse(operation, messageOf(vector.replyHex));
  if (vector.refusal !== undefined) {
    expect(outcome).toEqual({ ok: false, ...vector.refusal });
    expect(hexOf(refusalResponse(vector.refusal))).toBe(vector.replyHex.slice(0, -2));
    return;
  }
  const reply = typed(vector.reply ?? {});
  expect(outcome).toEqual({ ok: true, reply });
  expect(hexOf(successResponse(operation, reply))).toBe(vector.replyHex.slice(0, -2));
}

function messageOf(hex: string): Uint8Array {
  const found = new MessageScanner(1 << 20).push(bytesOfHex(hex));
  const [first] = found;
  if (first?.kind !== "message" || found.length !== 1) throw new Error(`${hex} is not one message`);
  return first.bytes;
}

function faultOf(act: () => unknown): { error: number; text: string } {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof ScpiFault) return { error: thrown.number, text: thrown.message };
    throw thrown;
  }
  throw new Error("nothing was refused");
}

const typedArrays: Readonly<Record<string, (values: number[]) => unknown>> = {
  mask: (values) => Uint8Array.from(values),
  amplitudeCodes: (values) => Uint16Array.from(values),
  codeSums: (values) => Uint16Array.from(values),
  pulses: (values) => Uint32Array.from(values),
  siemens: (values) => Float32Array.from(values),
  dacCodes: (values) => Uint16Array.from(values),
  amperes: (values) => Float32Array.from(values),
  inputs: (values) => Int8Array.from(values),
  outputs: (values) => Int16Array.from(values),
  targetSums: (values) => Uint16Array.from(values),
  outcomes: (values) => Uint8Array.from(values),
  iterations: (values) => Uint8Array.from(values),
  cellPulses: (values) => Uint16Array.from(values),
};

/** The decoded fields of a JSON file with its lists of numbers as the typed arrays of the operations. */
function typed(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => {
    const convert = typedArrays[name];
    return [name, Array.isArray(value) && convert !== undefined ? convert(value.map(Number)) : value];
  });
  return Object.fromEntries(entries);
}

describe("the worked bytes of SPEC.md", () => {
  const blocks = [...specText().matchAll(/^```hex (\S+) (\S+) (request|reply)\n([\s\S]*?)^```$/gm)].map(
    ([, file = "", name = "", side = "", dump = ""]) => ({ file, name, side, dump }),
  );

  test.each(blocks)("$file $name $side are those of the vector", ({ file, name, side, dump }) => {
    const vector = operationFile(file).vectors.find((candidate) => candidate.name === name);
    expect(hexInDump(dump)).toBe(side === "request" ? vector?.requestHex : vector?.replyHex);
    expect(readableInDump(dump)).toBe(printed(bytesOfHex(hexInDump(dump))));
  });

  test("show a request and a reply of every operation", () => {
    for (const file of operations.keys()) {
      const sides = blocks.filter((block) => block.file === file).map(({ side }) => side);
      expect(new Set(sides), file).toEqual(new Set(["request", "reply"]));
    }
  });

  test("stand in no code block that this test does not know", () => {
    expect(specText().match(/^```hex/gm)?.length).toBe(blocks.length);
  });
});

const hexInDump = (dump: string): string => dump.replace(/\|.*$/gm, "").replace(/\s/g, "");
const readableInDump = (dump: string): string =>
  [...dump.matchAll(/\|(.*)\|$/gm)].map(([, text]) => text).join("");
const printed = (bytes: Uint8Array): string => textOfBytes(bytes).replace(/[^\x20-\x7e]/g, ".");
