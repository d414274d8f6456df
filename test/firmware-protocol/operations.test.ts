import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  highestPayloadBytes,
  highestWindowFrames,
  lowestPayloadBytes,
} from "../../firmware-protocol/link/terms.ts";
import { advanceTime } from "../../firmware-protocol/operation/advance-time.ts";
import { chipTemperature } from "../../firmware-protocol/operation/chip-temperature.ts";
import { chipTime } from "../../firmware-protocol/operation/chip-time.ts";
import { describeChip } from "../../firmware-protocol/operation/describe-chip.ts";
import { lastOperation } from "../../firmware-protocol/operation/last-operation.ts";
import { linkOffer } from "../../firmware-protocol/operation/link-offer.ts";
import { lockOwner } from "../../firmware-protocol/operation/lock-owner.ts";
import { lockRelease } from "../../firmware-protocol/operation/lock-release.ts";
import { lockRequest } from "../../firmware-protocol/operation/lock-request.ts";
import { type LockReply, longestLeaseSeconds } from "../../firmware-protocol/operation/lock-state.ts";
import { maxCurrentCodes, measureCurrent } from "../../firmware-protocol/operation/measure-current.ts";
import { maxMvmCodes, mvm } from "../../firmware-protocol/operation/mvm.ts";
import {
  decodeRequest,
  decodeResponse,
  type Operation,
} from "../../firmware-protocol/operation/operation.ts";
import { programAbort } from "../../firmware-protocol/operation/program-abort.ts";
import { programProgress, programStates } from "../../firmware-protocol/operation/program-progress.ts";
import { programResult } from "../../firmware-protocol/operation/program-result.ts";
import { programVerify } from "../../firmware-protocol/operation/program-verify.ts";
import { pulseCells } from "../../firmware-protocol/operation/pulse-cells.ts";
import { maxOperationId, type PulseReply } from "../../firmware-protocol/operation/pulse-reply.ts";
import { pulseTrain } from "../../firmware-protocol/operation/pulse-train.ts";
import { readRegion } from "../../firmware-protocol/operation/read-region.ts";
import type { RegionFields } from "../../firmware-protocol/operation/region-fields.ts";
import { safeOff } from "../../firmware-protocol/operation/safe-off.ts";
import { setTemperature } from "../../firmware-protocol/operation/set-temperature.ts";
import { trueConductance } from "../../firmware-protocol/operation/true-conductance.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { block, type Element, encodeElements, number, string } from "../../firmware-protocol/scpi/element.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import { parseElements } from "../../firmware-protocol/scpi/parse.ts";
import * as chipLimits from "../../src/chip/limits.ts";
import { allOperations } from "./golden.ts";

interface Case {
  readonly operation: Operation<unknown, unknown>;
  readonly requests: fc.Arbitrary<unknown>;
  readonly replies: fc.Arbitrary<unknown>;
  /** True when the last element of a request is optional. */
  readonly mayEndEarlier?: boolean;
}

const caseOf = <Request, Reply>(
  operation: Operation<Request, Reply>,
  requests: fc.Arbitrary<Request>,
  replies: fc.Arbitrary<Reply>,
  mayEndEarlier = false,
): Case => ({ operation, requests, replies, mayEndEarlier });

const seconds = fc.double({ min: 0, max: 1e9, noNaN: true }).map((value) => value + 0);
const id = fc.integer({ min: 1, max: maxOperationId });
const owner = fc.stringMatching(/^[ !#-~]{1,64}$/);
const lockReplies: fc.Arbitrary<LockReply> = fc.oneof(
  fc.constant({ holds: false, owner: "", secondsLeft: 0 }),
  fc.record({
    holds: fc.boolean(),
    owner,
    secondsLeft: fc.double({ min: 0, max: longestLeaseSeconds, noNaN: true }).map((value) => value + 0),
  }),
);
const region: fc.Arbitrary<RegionFields> = fc.record({
  array: fc.integer({ min: 0, max: 255 }),
  row: fc.integer({ min: 0, max: 65_535 }),
  column: fc.integer({ min: 0, max: 65_535 }),
  rows: fc.integer({ min: 1, max: 9 }),
  columns: fc.integer({ min: 1, max: 9 }),
});
const unitCells = region.map(({ array: _, ...cells }) => cells);
const nanoseconds = (min: number) => fc.integer({ min, max: 1e9 });
const cellsOf = ({ rows, columns }: RegionFields): number => rows * columns;
const maskFor = (of: RegionFields): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ max: 1, minLength: cellsOf(of), maxLength: cellsOf(of) });
const codesFor = (of: RegionFields): fc.Arbitrary<Uint16Array> =>
  fc
    .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 65_535 })), {
      minLength: cellsOf(of),
      maxLength: cellsOf(of),
    })
    .map((codes) => Uint16Array.from(codes));

const nothing = fc.constant({});
const pulseReplies: fc.Arbitrary<PulseReply> = fc.record({
  operationId: id,
  pulses: fc.nat(),
  startSeconds: seconds,
  endSeconds: seconds,
});
const progressReplies = fc.record({
  operationId: id,
  state: fc.constantFrom(...programStates),
  cells: fc.nat({ max: 1 << 20 }),
  cellsDone: fc.nat({ max: 1 << 20 }),
  readings: fc.nat(),
  pulses: fc.nat(),
  chipSeconds: seconds,
});
const count = fc.integer({ min: 1, max: 255 });
const codeSum = fc.integer({ min: 0, max: 65_535 });
const dacCode = fc.integer({ min: 1, max: 65_535 });
const shares = (max: number) => fc.double({ min: 0, max, noNaN: true }).map((value) => value + 0);
const trainSteps = fc.record({
  amplitudeCode: dacCode,
  widthNanoseconds: nanoseconds(1),
  trailingNanoseconds: nanoseconds(0),
});
/** All of a run of the board but its cells and targets. */
const orders = (at: RegionFields) =>
  fc.record({
    operationId: id,
    region: fc.constant(at),
    averages: count,
    readVolts: shares(10),
    marginSum: codeSum,
    zeroSum: codeSum,
    zeroMarginSum: codeSum,
    maxIterations: count,
    maxResets: count,
    stuckSum: codeSum,
    stuckShare: shares(1),
    stuckIterations: count,
    widthNanoseconds: nanoseconds(1),
    startCode: fc.constant(500),
    minCode: fc.integer({ min: 1, max: 500 }),
    maxCode: fc.integer({ min: 500, max: 65_535 }),
    codesPerSum: shares(65_535),
    resetCode: dacCode,
    resetNanoseconds: nanoseconds(1),
    preparation: fc.array(trainSteps, { maxLength: 64 }),
  });
const ascii = fc.string({ unit: fc.constantFrom(...'{}[]:,"\\ n1\n\r#'), maxLength: 60 });

const cases: readonly Case[] = [
  caseOf(describeChip, nothing, fc.record({ json: ascii })),
  caseOf(
    lastOperation,
    nothing,
    fc.record({ bootId: fc.integer({ min: 0, max: 2 ** 32 - 1 }), lastOperationId: id }),
  ),
  caseOf(chipTime, nothing, fc.record({ chipSeconds: seconds })),
  caseOf(chipTemperature, nothing, fc.record({ temperatureKelvin: seconds })),
  caseOf(safeOff, nothing, nothing),
  caseOf(
    readRegion,
    region.chain((at) =>
      fc.record({
        region: fc.constant(at),
        averages: fc.integer({ min: 1, max: 255 }),
        readVolts: fc.double({ min: 0, max: 10, noNaN: true }).map((value) => value + 0),
        mask: fc.option(maskFor(at), { nil: undefined }),
      }),
    ),
    fc.record({
      firstSampleSeconds: seconds,
      lastSampleSeconds: seconds,
      temperatureKelvin: seconds,
      saturatedCells: fc.integer({ min: 0, max: 1 << 20 }),
      codeSums: fc.uint16Array({ maxLength: 50 }),
    }),
    true,
  ),
  caseOf(
    pulseCells,
    region.chain((at) =>
      fc.record({
        operationId: id,
        region: fc.constant(at),
        widthNanoseconds: nanoseconds(1),
        trailingNanoseconds: nanoseconds(0),
        amplitudeCodes: codesFor(at),
      }),
    ),
    pulseReplies,
  ),
  caseOf(
    pulseTrain,
    region.chain((at) =>
      fc.record({
        operationId: id,
        region: fc.constant(at),
        mask: maskFor(at),
        steps: fc.array(
          fc.record({
            amplitudeCode: fc.integer({ min: 1, max: 65_535 }),
            widthNanoseconds: nanoseconds(1),
            trailingNanoseconds: nanoseconds(0),
          }),
          { minLength: 1, maxLength: 64 },
        ),
      }),
    ),
    pulseReplies,
  ),
  caseOf(
    mvm,
    unitCells.chain((cells) =>
      fc.record({
        cells: fc.constant(cells),
        phases: fc.constantFrom(1 as const, 4 as const),
        inputs: fc
          .nat({ max: 5 })
          .chain((vectors) =>
            fc.int8Array({ minLength: vectors * cells.rows, maxLength: vectors * cells.rows }),
          ),
      }),
    ),
    fc.record({
      firstSampleSeconds: seconds,
      lastSampleSeconds: seconds,
      temperatureKelvin: seconds,
      saturatedOutputs: fc.integer({ min: 0, max: maxMvmCodes }),
      outputs: fc.int16Array({ maxLength: 50 }),
    }),
  ),
  caseOf(
    programVerify,
    region.chain((at) =>
      fc.tuple(orders(at), maskFor(at), codesFor(at)).map(([order, mask, codes]) => ({
        ...order,
        mask,
        targetSums: codes.map((code, cell) => (mask[cell] === 0 ? 0 : code)),
      })),
    ),
    pulseReplies,
  ),
  caseOf(programProgress, fc.record({ operationId: id }), progressReplies),
  caseOf(programAbort, fc.record({ operationId: id }), progressReplies),
  caseOf(
    programResult,
    fc.record({ operationId: id }),
    fc.nat({ max: 30 }).chain((cells) => {
      const size = { minLength: cells, maxLength: cells };
      return fc.record({
        operationId: id,
        state: fc.constantFrom("finished" as const, "aborted" as const, "refused" as const),
        startSeconds: seconds,
        endSeconds: seconds,
        outcomes: fc.uint8Array({ ...size, max: 5 }),
        iterations: fc.uint8Array(size),
        cellPulses: fc.uint16Array(size),
        codeSums: fc.uint16Array(size),
      });
    }),
  ),
  caseOf(
    measureCurrent,
    fc.record({ dacCodes: fc.uint16Array({ minLength: 1, maxLength: maxCurrentCodes }) }),
    fc.record({ amperes: fc.float32Array({ maxLength: 40, noNaN: true }) }),
  ),
  caseOf(
    setTemperature,
    fc.record({ kelvin: fc.double({ min: 200, max: 450, noNaN: true }) }),
    fc.record({ temperatureKelvin: seconds }),
  ),
  caseOf(
    linkOffer,
    fc.constant({}),
    fc.record({
      lowestVersion: fc.integer({ min: 1, max: 255 }),
      highestVersion: fc.integer({ min: 1, max: 255 }),
      payloadBytes: fc.integer({ min: lowestPayloadBytes, max: highestPayloadBytes }),
      windowFrames: fc.integer({ min: 1, max: highestWindowFrames }),
    }),
  ),
  caseOf(
    lockRequest,
    fc.record({ owner, leaseSeconds: fc.double({ min: 1, max: longestLeaseSeconds, noNaN: true }) }),
    lockReplies,
  ),
  caseOf(lockOwner, fc.constant({}), lockReplies),
  caseOf(lockRelease, fc.record({ owner }), lockReplies),
  caseOf(advanceTime, fc.record({ untilSeconds: seconds }), fc.record({ chipSeconds: seconds })),
  caseOf(
    trueConductance,
    fc.record({ region }),
    fc.record({ siemens: fc.float32Array({ maxLength: 40, noNaN: true }) }),
  ),
  caseOf(trueWear, fc.record({ region }), fc.record({ pulses: fc.uint32Array({ maxLength: 40 }) })),
];

test("every operation has a case here", async () => {
  const known = cases.map(({ operation }) => operation.header).sort();
  expect(known).toEqual([...(await allOperations()).values()].map(({ header }) => header).sort());
});

const viaWire = (elements: readonly Element[]): Element[] => parseElements(encodeElements(elements));
const reply = (elements: readonly Element[]): Uint8Array => encodeElements([number(0), ...elements]);
const extras: readonly Element[] = [number(0), string(""), block(new Uint8Array(0))];

describe.each(cases)("$operation.header", ({ operation, requests, replies, mayEndEarlier }) => {
  test("decodes what it encodes", () => {
    fc.assert(
      fc.property(requests, replies, (request, answer) => {
        expect(decodeRequest(operation, viaWire(operation.encodeRequest(request)))).toEqual(request);
        const outcome = decodeResponse(operation, reply(operation.encodeReply(answer)));
        expect(outcome).toEqual({ ok: true, reply: answer });
      }),
      { numRuns: 100 },
    );
  });

  test("refuses a request or reply with one element too many or too few", () => {
    fc.assert(
      fc.property(requests, replies, fc.constantFrom(...extras), (request, answer, extra) => {
        const asked = operation.encodeRequest(request);
        const answered = operation.encodeReply(answer);
        expect(() => decodeRequest(operation, [...asked, extra, extra])).toThrow(ScpiFault);
        expect(() => decodeResponse(operation, reply([...answered, extra]))).toThrow(ScpiFault);
        if (answered.length > 0)
          expect(() => decodeResponse(operation, reply(answered.slice(0, -1)))).toThrow(ScpiFault);
        // A read without its mask is a read of all cells.
        const cut = mayEndEarlier ? asked.slice(0, 6) : asked.slice(0, -1);
        if (asked.length > 0) expect(() => decodeRequest(operation, cut)).toThrow(ScpiFault);
      }),
      { numRuns: 50 },
    );
  });

  test("refuses a reply whose bytes are cut inside a block or behind a comma", () => {
    fc.assert(
      fc.property(replies, (answer) => {
        const elements = operation.encodeReply(answer);
        const last = elements.at(-1);
        if (last?.kind !== "block" || last.bytes.length === 0) return;
        const bytes = reply(elements);
        for (let length = bytes.length - last.bytes.length; length < bytes.length; length++)
          expect(() => decodeResponse(operation, bytes.subarray(0, length))).toThrow(ScpiFault);
      }),
      { numRuns: 20 },
    );
  });

  test("gives a refusal as a value, and refuses one without its text", () => {
    const refused = encodeElements([number(-222), string('too "wide"')]);
    expect(decodeResponse(operation, refused)).toEqual({ ok: false, error: -222, text: 'too "wide"' });
    expect(() => decodeResponse(operation, encodeElements([number(-222)]))).toThrow(ScpiFault);
    expect(() => decodeResponse(operation, encodeElements([number(-222), string(""), number(1)]))).toThrow(
      ScpiFault,
    );
    expect(() => decodeResponse(operation, new Uint8Array(0))).toThrow(ScpiFault);
  });
});

describe("a region on the wire", () => {
  const decoded = (...values: number[]) => decodeRequest(trueWear, values.map(number));

  test("has at most 2^20 cells, whatever its sides", () => {
    expect(decoded(0, 0, 0, 1024, 1024).region.rows).toBe(1024);
    expect(() => decoded(0, 0, 0, 1024, 1025)).toThrow(/1049600 cells/);
    expect(() => decoded(0, 0, 0, 65_536, 65_536)).toThrow(ScpiFault);
  });

  test.each([
    [-1, 0, 0, 1, 1],
    [256, 0, 0, 1, 1],
    [0, 65_536, 0, 1, 1],
    [0, 0, -1, 1, 1],
    [0, 0, 0, 0, 1],
    [0, 0, 0, 1, 0],
  ])("%i,%i,%i,%i,%i is out of range", (...values) => {
    expect(() => decoded(...values)).toThrow(/Data out of range/);
  });
});

describe("a batch of input vectors on the wire", () => {
  const decoded = (rows: number, columns: number, inputs: number) =>
    decodeRequest(mvm, [...[0, 0, rows, columns, 1].map(number), block(new Uint8Array(inputs))]);

  test("has at most 2^21 inputs and 2^21 outputs, the same bound as on the host", () => {
    expect(chipLimits.maxMvmCodes).toBe(maxMvmCodes);
    expect(decoded(256, 256, 1 << 21).inputs.length).toBe(1 << 21);
    expect(() => decoded(256, 1, (1 << 21) + 256)).toThrow(/2097408 inputs and 8193 outputs/);
    expect(decoded(1, 65_536, 32).inputs.length).toBe(32);
    expect(() => decoded(1, 65_536, 33)).toThrow(/33 inputs and 2162688 outputs, allowed up to 2097152/);
  });

  test.each([
    [4, 3],
    [4, 5],
    [2, 1],
    [65_536, 1],
  ])("of %i rows is not %i bytes long", (rows, bytes) => {
    expect(() => decoded(rows, 1, bytes)).toThrow(/Invalid block data;inputs has/);
  });

  test.each([2, 3])("has no %i phases", (phases) => {
    const parameters = [...[0, 0, 1, 1, phases].map(number), block(new Uint8Array(1))];
    expect(() => decodeRequest(mvm, parameters)).toThrow(/Data out of range;phases/);
  });

  test("has signed inputs, every byte value", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
    const { inputs } = decodeRequest(mvm, [...[0, 0, 1, 1, 1].map(number), block(bytes)]);
    expect([...inputs]).toEqual([...bytes].map((byte) => (byte < 128 ? byte : byte - 256)));
  });
});

test("only the operations that pulse may not simply be repeated", async () => {
  const once = [...(await allOperations())].filter(([, { repeatable }]) => !repeatable).map(([file]) => file);
  expect(once.sort()).toEqual(["program-verify", "pulse-cells", "pulse-train"]);
});

describe("what is told of a lock", () => {
  const told = (...elements: Element[]) => decodeResponse(lockOwner, reply(elements));

  test.each([
    ["a free one that somebody holds", number(1), string(""), number(0)],
    ["a free one with a lease", number(0), string(""), number(3)],
    ["a flag that is neither 0 nor 1", number(2), string("lab"), number(3)],
    ["an owner that no request can have", number(0), string('the "lab"'), number(3)],
    ["a lease that is over", number(0), string("lab"), number(-1)],
  ])("is not %s", (_, ...elements) => {
    expect(() => told(...elements)).toThrow(ScpiFault);
  });
});
