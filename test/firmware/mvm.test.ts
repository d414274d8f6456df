import { describe, expect, test } from "vitest";
import { type MvmFields, type MvmReply, mvm } from "../../firmware-protocol/operation/mvm.ts";
import { decodeResponse, requestMessage } from "../../firmware-protocol/operation/operation.ts";
import { textOfBytes } from "../../src/core/bytes.ts";
import { bytesOfHex, hexOf, operationFile } from "../firmware-protocol/golden.ts";
import { type Bench, benchOf } from "./bench.ts";
import { exampleDescriptor, fakeArray, mvmDescriptor } from "./fake-array.ts";

const cells = { row: 1, column: 2, rows: 2, columns: 2 };
const request: MvmFields = { cells, phases: 1, inputs: Int8Array.of(1, 2, -63, 63, 10, -20) };

const answered = ({ line }: Bench, fields: MvmFields): Uint8Array => {
  const [response, ...more] = line.receive(requestMessage(mvm, fields));
  if (response === undefined || more.length > 0) throw new Error("not one answer");
  return response.subarray(0, -1);
};

function replyOf(bench: Bench, fields: MvmFields): MvmReply {
  const outcome = decodeResponse(mvm, answered(bench, fields));
  if (!outcome.ok) throw new Error(`refused: ${outcome.error}, ${outcome.text}`);
  return outcome.reply;
}

const multiplying = (): Bench => benchOf(fakeArray(mvmDescriptor));

describe("an MVM", () => {
  test("reaches the array with its signed inputs, and answers vector by vector", () => {
    const bench = multiplying();
    const { outputs, saturatedOutputs } = replyOf(bench, request);
    expect([...outputs]).toEqual([3, 4, 0, 1, -10, -9]);
    expect(saturatedOutputs).toBe(0);
    expect(bench.array.mvms).toEqual([request]);
  });

  test.each([
    [1, 2e-6],
    [4, 8e-6],
  ] as const)("in %i phases is stamped with the beginnings of its first and last vector", (phases, last) => {
    const bench = multiplying();
    bench.ask("EMUL:TIME? 5");
    const reply = replyOf(bench, { ...request, phases });
    expect(reply.firstSampleSeconds).toBe(5);
    expect(reply.lastSampleSeconds).toBeCloseTo(5 + last, 12);
    const end = Number(bench.ask("CHIP:TIME?").split(",")[1]);
    expect(end).toBeCloseTo(5 + last + phases * 1e-6, 12);
    const again = replyOf(bench, { ...request, phases, inputs: Int8Array.of(1, 1) });
    expect([again.firstSampleSeconds, again.lastSampleSeconds]).toEqual([end, end]);
  });

  test("is stamped with the temperature of the chip", () => {
    const bench = multiplying();
    bench.ask("EMUL:TEMP? 350");
    expect(replyOf(bench, request).temperatureKelvin).toBe(350);
  });
});

describe("what is outside the limits of an MVM", () => {
  const one = Int8Array.of(1, 1);
  test.each<[string, Partial<MvmFields>]>([
    ["a row too many", { cells: { ...cells, row: 3 } }],
    ["a column too many", { cells: { ...cells, column: 3 } }],
    ["an input of more bits", { inputs: Int8Array.of(1, 64) }],
    ["the negative input of two's complement", { inputs: Int8Array.of(-128, 0) }],
    ["no vector", { inputs: new Int8Array(0) }],
    ["a vector too many", { inputs: new Int8Array(18) }],
  ])("%s is refused in the reply and in the queue, and nothing happens", (_, change) => {
    const bench = multiplying();
    expect(textOfBytes(answered(bench, { ...request, inputs: one, ...change }))).toMatch(/^-222,"[^"]+"$/);
    expect(bench.errors()).toEqual([-222]);
    expect(bench.array.mvms).toEqual([]);
    expect(bench.ask("CHIP:TIME?")).toBe("0,0");
  });

  test("a number of phases that the chip does not have is refused", () => {
    const descriptor = { ...mvmDescriptor, mvm: { ...mvmDescriptor.mvm!, phases: [4 as const] } };
    const bench = benchOf(fakeArray(descriptor));
    expect(textOfBytes(answered(bench, request))).toMatch(/^-222,.*1 phases, the chip allows 4/);
    expect(replyOf(bench, { ...request, phases: 4 }).outputs.length).toBe(6);
  });

  test("the bounds themselves are allowed", () => {
    const bench = multiplying();
    const inputs = new Int8Array(8 * 4).fill(-63);
    expect(
      replyOf(bench, { cells: { row: 0, column: 0, rows: 4, columns: 4 }, phases: 4, inputs }).outputs.length,
    ).toBe(32);
  });

  test("a chip without the ability refuses with 1002", () => {
    const bench = benchOf(fakeArray(exampleDescriptor));
    expect(textOfBytes(answered(bench, request))).toMatch(/^1002,"Unknown feature;/);
    expect(bench.errors()).toEqual([1002]);
    expect(bench.array.mvms).toEqual([]);
  });
});

describe("the largest batch", () => {
  const large = (maxVectors: number) => ({
    ...mvmDescriptor,
    arrays: ["G+", "G-"].map((name) => ({ name, rows: 256, columns: 256 })),
    mvm: { ...mvmDescriptor.mvm!, maxVectors },
    maxCellsPerRequest: 16,
  });
  const batch = (vectors: number): MvmFields => ({
    cells: { row: 0, column: 0, rows: 256, columns: 256 },
    phases: 1,
    inputs: new Int8Array(vectors * 256),
  });

  test("fits into a message, however few cells a request may have", () => {
    expect(replyOf(benchOf(fakeArray(large(1024))), batch(1024)).outputs.length).toBe(1024 * 256);
  });

  test("is bounded by 2^21 codes whatever maxVectors says, with an answer just beyond", () => {
    const bench = benchOf(fakeArray(large(65_536)));
    expect(replyOf(bench, batch(8192)).outputs.length).toBe(1 << 21);
    expect(textOfBytes(answered(bench, batch(8193)))).toMatch(/^-222,/);
    expect(bench.line.receive(requestMessage(mvm, batch(8210)))).toEqual([]);
    expect(bench.errors()).toEqual([-222, -363]);
  });
});

describe("the golden refusals", () => {
  const { vectors } = operationFile("mvm");
  const refused = vectors.filter(({ refusal, name }) => refusal !== undefined && name !== "no-ability");

  test.each(refused)("$name", ({ requestHex, replyHex }) => {
    expect(multiplying().line.receive(bytesOfHex(requestHex)).map(hexOf)).toEqual([replyHex]);
  });

  test("no-ability", () => {
    const vector = vectors.find(({ name }) => name === "no-ability");
    const { line } = benchOf(fakeArray(exampleDescriptor));
    expect(line.receive(bytesOfHex(vector?.requestHex ?? "")).map(hexOf)).toEqual([vector?.replyHex]);
  });

  test("are those of the board whose descriptor is a golden vector", () => {
    const board = operationFile("describe-chip").vectors.find(({ name }) => name === "mvm-board");
    expect(JSON.parse(String(board?.reply?.json))).toEqual(mvmDescriptor);
  });
});
