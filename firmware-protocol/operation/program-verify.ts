/** PROGram:VERify? — begins a program-and-verify run of the board; answered at once, the run goes on by itself. */

import {
  countNonZero,
  littleEndianBytes,
  packBits,
  scattered,
  uint16FromLittleEndian,
} from "../../src/core/bytes.ts";
import { block, type Element, number } from "../scpi/element.ts";
import { ScpiFault } from "../scpi/errors.ts";
import type { Fields } from "../scpi/fields.ts";
import type { Operation } from "./operation.ts";
import { decodePulseReply, encodePulseReply, maxOperationId, type PulseReply } from "./pulse-reply.ts";
import type { TrainStep } from "./pulse-train.ts";
import { decodeMask, decodeRegion, encodeRegion, type RegionFields } from "./region-fields.ts";

/** Conductances are sums of ADC codes over the averages, currents are DAC codes: the board needs no calibration. */
export interface ProgramVerifyRequest {
  readonly operationId: number;
  readonly region: RegionFields;
  readonly averages: number;
  readonly readVolts: number;
  /** Accepted difference from the target. */
  readonly marginSum: number;
  /** Targets up to this are the RESET state, and accepted up to the second. */
  readonly zeroSum: number;
  readonly zeroMarginSum: number;
  readonly maxIterations: number;
  readonly maxResets: number;
  /** A cell is stuck when its readings moved by less than this, or this share of the largest one, in so many pulses. */
  readonly stuckSum: number;
  readonly stuckShare: number;
  readonly stuckIterations: number;
  readonly widthNanoseconds: number;
  readonly startCode: number;
  readonly minCode: number;
  readonly maxCode: number;
  /** DAC codes for an error of one in the sum. */
  readonly codesPerSum: number;
  readonly resetCode: number;
  readonly resetNanoseconds: number;
  /** One byte a cell, row by row, 0 or 1. */
  readonly mask: Uint8Array;
  /** Of all cells, row by row, 0 where the mask is; on the wire those of the chosen cells. */
  readonly targetSums: Uint16Array;
  /** What a cell gets before its first reading unless its target is the RESET state. */
  readonly preparation: readonly TrainStep[];
}

const largestSum = 65_535;
const largestCode = 65_535;
const largestCount = 255;
const longestNanoseconds = 1e9;
const maxSteps = 64;

/** The numbers between the region and the blocks, in their order on the wire: name, least, most, and whether they are whole. */
const numbers = [
  ["averages", 1, largestCount, true],
  ["readVolts", 0, 10, false],
  ["marginSum", 0, largestSum, true],
  ["zeroSum", 0, largestSum, true],
  ["zeroMarginSum", 0, largestSum, true],
  ["maxIterations", 1, largestCount, true],
  ["maxResets", 1, largestCount, true],
  ["stuckSum", 0, largestSum, true],
  ["stuckShare", 0, 1, false],
  ["stuckIterations", 1, largestCount, true],
  ["widthNanoseconds", 1, longestNanoseconds, true],
  ["startCode", 1, largestCode, true],
  ["minCode", 1, largestCode, true],
  ["maxCode", 1, largestCode, true],
  ["codesPerSum", 0, largestCode, false],
  ["resetCode", 1, largestCode, true],
  ["resetNanoseconds", 1, longestNanoseconds, true],
] as const;

type NumberName = (typeof numbers)[number][0];

export const programVerify: Operation<ProgramVerifyRequest, PulseReply> = {
  header: "PROGram:VERify?",
  repeatable: false,
  timeout: "bulk",
  encodeRequest: (request) => [
    number(request.operationId),
    ...encodeRegion(request.region),
    ...numbers.map(([name]) => number(request[name])),
    block(packBits(request.mask)),
    block(littleEndianBytes(chosenOf(request.targetSums, request.mask))),
    ...request.preparation.flatMap(encodeStep),
  ],
  decodeRequest(fields) {
    const operationId = fields.integer("operation id", 1, maxOperationId);
    const region = decodeRegion(fields);
    const values = decodeNumbers(fields);
    const mask = decodeMask(fields, region);
    const targets = uint16FromLittleEndian(fields.block("targets", 2 * countNonZero(mask)));
    const request = { operationId, region, ...values, mask, targetSums: scattered(targets, mask) };
    return ordered({ ...request, preparation: decodeSteps(fields) });
  },
  encodeReply: encodePulseReply,
  decodeReply: decodePulseReply,
};

function decodeNumbers(fields: Fields): Record<NumberName, number> {
  const taken = (name: NumberName): number => {
    const [, least, most, whole] = numbers.find(([candidate]) => candidate === name)!;
    return whole ? fields.integer(name, least, most) : fields.real(name, least, most);
  };
  return {
    averages: taken("averages"),
    readVolts: taken("readVolts"),
    marginSum: taken("marginSum"),
    zeroSum: taken("zeroSum"),
    zeroMarginSum: taken("zeroMarginSum"),
    maxIterations: taken("maxIterations"),
    maxResets: taken("maxResets"),
    stuckSum: taken("stuckSum"),
    stuckShare: taken("stuckShare"),
    stuckIterations: taken("stuckIterations"),
    widthNanoseconds: taken("widthNanoseconds"),
    startCode: taken("startCode"),
    minCode: taken("minCode"),
    maxCode: taken("maxCode"),
    codesPerSum: taken("codesPerSum"),
    resetCode: taken("resetCode"),
    resetNanoseconds: taken("resetNanoseconds"),
  };
}

/** @throws ScpiFault -222 when the amplitudes contradict each other. */
function ordered(request: ProgramVerifyRequest): ProgramVerifyRequest {
  const { minCode, startCode, maxCode } = request;
  if (minCode <= startCode && startCode <= maxCode) return request;
  throw new ScpiFault(-222, `start code ${startCode}, allowed ${minCode} to ${maxCode}`);
}

const encodeStep = (step: TrainStep): Element[] =>
  [step.amplitudeCode, step.widthNanoseconds, step.trailingNanoseconds].map(number);

function decodeSteps(fields: Fields): TrainStep[] {
  const steps: TrainStep[] = [];
  while (fields.remaining > 0) {
    if (steps.length === maxSteps) throw new ScpiFault(-223, `a preparation has at most ${maxSteps} steps`);
    steps.push({
      amplitudeCode: fields.integer("amplitude code", 1, largestCode),
      widthNanoseconds: fields.integer("width", 1, longestNanoseconds),
      trailingNanoseconds: fields.integer("trailing edge", 0, longestNanoseconds),
    });
  }
  return steps;
}

/** Targets may be 0, so that they are chosen by the mask. */
const chosenOf = (values: Uint16Array, mask: Uint8Array): Uint16Array =>
  values.filter((_, cell) => mask[cell] !== 0);
