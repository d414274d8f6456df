/** What the checks of operations share: performing one, and demanding something of what came. */

import { chipTime } from "../../firmware-protocol/operation/chip-time.ts";
import { type LastOperationReply, lastOperation } from "../../firmware-protocol/operation/last-operation.ts";
import { type Operation, requestMessage } from "../../firmware-protocol/operation/operation.ts";
import { pulseCells } from "../../firmware-protocol/operation/pulse-cells.ts";
import { maxOperationId, type PulseReply } from "../../firmware-protocol/operation/pulse-reply.ts";
import { pulseTrain } from "../../firmware-protocol/operation/pulse-train.ts";
import { type ReadReply, readRegion } from "../../firmware-protocol/operation/read-region.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { type Element, encodeUnit } from "../../firmware-protocol/scpi/element.ts";
import { bytesOf, concatBytes } from "../core/bytes.ts";
import { type Board, pulseMessage, readMessage, readRequest, trainMessage } from "./board.ts";
import { done, outcomeOf } from "./expectation.ts";
import { legible } from "./legible.ts";
import { Mismatch, Unchecked } from "./mismatch.ts";
import type { Probe } from "./probe.ts";
import { type Rule, rule } from "./rule.ts";
import { answered, type Step, take } from "./step.ts";

type RuleKind = Parameters<typeof rule>[4];

/** A rule that is a list of messages with what each must bring about. */
export const scripted = (
  id: string,
  section: string,
  must: string,
  stepsFor: (board: Board) => readonly Step[],
  kind: RuleKind = {},
): Rule => rule(id, section, must, (probe) => take(probe, ...stepsFor(probe.board)), kind);

/** @throws Mismatch unless it is so. */
export function demand(holds: boolean, sent: Uint8Array | string, expected: string, came: unknown): void {
  if (holds) return;
  throw new Mismatch({
    sent: legible(typeof sent === "string" ? bytesOf(sent) : sent),
    expected,
    came: String(came),
  });
}

/** An operation that is done and leaves no error. @throws Mismatch when its reply is not by the rules, or what it says is not so. */
export async function performed<Reply>(
  probe: Probe,
  operation: Pick<Operation<unknown, Reply>, "decodeReply" | "timeout">,
  message: Uint8Array,
  what?: string,
  holds?: (reply: Reply) => boolean,
): Promise<Reply> {
  const step = { ...answered(message, done(operation, what, holds)), timeout: operation.timeout };
  const [reply] = await take(probe, step);
  const outcome = reply && outcomeOf(operation, reply);
  if (outcome?.ok === true) return outcome.reply;
  throw new TypeError("a reply that fitted has no outcome");
}

/** Of an operation without fields. */
export const asked = <Reply>(
  probe: Probe,
  operation: Operation<Record<never, never>, Reply>,
): Promise<Reply> => performed(probe, operation, requestMessage(operation, {}));

export const unit = (header: string, elements: readonly Element[]): Uint8Array =>
  concatBytes([encodeUnit(header, elements), bytesOf("\n")]);

type Change = Parameters<typeof readMessage>[1];

/** A read whose reply has a code for each of `cells` cells. */
export function reading(probe: Probe, change: Change, cells: number): Promise<ReadReply> {
  const largest = 2 ** probe.board.descriptor.read.adcBits - 1;
  const { averages } = readRequest(probe.board, change);
  return performed(
    probe,
    readRegion,
    readMessage(probe.board, change),
    `${cells} codes of 0 to ${largest} x ${averages}, temperature above 0, first sample not after the last, at most ${cells} saturated`,
    (reply) =>
      reply.codeSums.length === cells &&
      reply.codeSums.every((code) => code <= largest * averages) &&
      reply.temperatureKelvin > 0 &&
      reply.firstSampleSeconds <= reply.lastSampleSeconds &&
      reply.saturatedCells <= cells,
  );
}

/** Ids that the checks may use at most; the rest belongs to the experiments of this power-up. */
const idsNeeded = 1000;

/** The id after the last one. @throws Unchecked when there are hardly any left. */
export async function freshId(probe: Probe): Promise<number> {
  const { lastOperationId } = await recordOf(probe);
  if (lastOperationId < maxOperationId - idsNeeded) return lastOperationId + 1;
  throw new Unchecked(
    `the last operation id is ${lastOperationId}: too few are left; switch the board off and on`,
  );
}

async function recordOf(probe: Probe): Promise<LastOperationReply> {
  try {
    return await asked(probe, lastOperation);
  } catch (thrown) {
    if (!(thrown instanceof Mismatch)) throw thrown;
    throw new Unchecked("nothing is pulsed while SYSTem:OPERation:LAST? is not answered by the rules");
  }
}

/** A weak pulse that must be given. */
export function pulsed(
  probe: Probe,
  id: number,
  change: Parameters<typeof pulseMessage>[2] = {},
): Promise<PulseReply> {
  probe.pulsesAsked += 1;
  return performed(probe, pulseCells, pulseMessage(probe.board, id, change), ...oneReceipt(id, 1));
}

/** A weak train that must be given. */
export function trained(
  probe: Probe,
  id: number,
  pulses: number,
  change: Parameters<typeof trainMessage>[2] = {},
): Promise<PulseReply> {
  probe.pulsesAsked += pulses;
  return performed(probe, pulseTrain, trainMessage(probe.board, id, change), ...oneReceipt(id, pulses));
}

function oneReceipt(id: number, pulses: number): [string, (reply: PulseReply) => boolean] {
  return [
    `operation id ${id}, ${pulses} pulse(s), start before end`,
    (reply) => reply.operationId === id && reply.pulses === pulses && reply.startSeconds <= reply.endSeconds,
  ];
}

/** Pulses that the probed cell has had in its life, which only an emulator knows. */
async function wearOf(probe: Probe): Promise<number | undefined> {
  if (!probe.board.descriptor.emulated) return undefined;
  const message = requestMessage(trueWear, { region: probe.board.cell });
  const reply = await performed(probe, trueWear, message, "one count", ({ pulses }) => pulses.length === 1);
  return reply.pulses[0];
}

/** What acted on a cell: its receipts. */
type Receipts = readonly Pick<PulseReply, "pulses" | "startSeconds" | "endSeconds">[];

/**
 * Does something that must pulse as its receipts say and not otherwise, as far as anybody can know. An emulator knows the wear of
 * the cell, though it may leave out pulses that are too weak to be felt, and a virtual clock is moved by pulses alone.
 */
export async function wearing(probe: Probe, sent: Uint8Array, act: () => Promise<Receipts>): Promise<void> {
  const before = await pastOf(probe);
  const receipts = await act();
  const after = await pastOf(probe);
  const pulses = receipts.reduce((sum, receipt) => sum + receipt.pulses, 0);
  const felt = (after.wear ?? 0) - (before.wear ?? 0);
  demand(felt <= pulses, sent, `${pulses} pulse(s) at the cell`, `${felt}, by EMULator:WEAR?`);
  if (!probe.board.descriptor.features.includes("advance-time")) return;
  const seconds = receipts.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  const took = after.chipSeconds - before.chipSeconds;
  // A clock that runs backwards is found by a rule of its own.
  if (took < 0) return;
  demand(
    Math.abs(took - seconds) <= clockSeconds,
    sent,
    `${pulses} pulse(s), ${seconds} s of chip time`,
    `${took} s`,
  );
}

/** Times of days are exact to so much in double precision. */
const clockSeconds = 1e-9;

async function pastOf(
  probe: Probe,
): Promise<{ readonly wear: number | undefined; readonly chipSeconds: number }> {
  const wear = await wearOf(probe);
  return { wear, chipSeconds: (await asked(probe, chipTime)).chipSeconds };
}
