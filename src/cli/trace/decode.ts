/** Names a message and takes its fields apart, by the operations of the protocol. Pure. */

import { messageText } from "../../../drivers/recording/message-text.ts";
import { advanceTime } from "../../../firmware-protocol/operation/advance-time.ts";
import { chipTemperature } from "../../../firmware-protocol/operation/chip-temperature.ts";
import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { describeChip } from "../../../firmware-protocol/operation/describe-chip.ts";
import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { linkOffer } from "../../../firmware-protocol/operation/link-offer.ts";
import { lockOwner } from "../../../firmware-protocol/operation/lock-owner.ts";
import { lockRelease } from "../../../firmware-protocol/operation/lock-release.ts";
import { lockRequest } from "../../../firmware-protocol/operation/lock-request.ts";
import { measureCurrent } from "../../../firmware-protocol/operation/measure-current.ts";
import { mvm } from "../../../firmware-protocol/operation/mvm.ts";
import {
  decodeRequest,
  decodeResponse,
  type Operation,
} from "../../../firmware-protocol/operation/operation.ts";
import { programAbort } from "../../../firmware-protocol/operation/program-abort.ts";
import { programProgress } from "../../../firmware-protocol/operation/program-progress.ts";
import { programResult } from "../../../firmware-protocol/operation/program-result.ts";
import { programVerify } from "../../../firmware-protocol/operation/program-verify.ts";
import { pulseCells } from "../../../firmware-protocol/operation/pulse-cells.ts";
import { pulseTrain } from "../../../firmware-protocol/operation/pulse-train.ts";
import { readRegion } from "../../../firmware-protocol/operation/read-region.ts";
import { safeOff } from "../../../firmware-protocol/operation/safe-off.ts";
import { setTemperature } from "../../../firmware-protocol/operation/set-temperature.ts";
import { trueConductance } from "../../../firmware-protocol/operation/true-conductance.ts";
import { trueWear } from "../../../firmware-protocol/operation/true-wear.ts";
import { ScpiFault } from "../../../firmware-protocol/scpi/errors.ts";
import { headerMatches, parseProgramMessage, type Unit } from "../../../firmware-protocol/scpi/parse.ts";
import type { Scanned } from "../../../firmware-protocol/scpi/scanner.ts";
import { type Field, fieldsOf } from "./fields.ts";

type Decoder = Pick<Operation<object, object>, "header" | "decodeRequest" | "decodeReply">;

const operations: readonly Decoder[] = [
  describeChip,
  lastOperation,
  chipTime,
  chipTemperature,
  linkOffer,
  safeOff,
  readRegion,
  programVerify,
  programProgress,
  programAbort,
  programResult,
  pulseCells,
  pulseTrain,
  mvm,
  lockRequest,
  lockOwner,
  lockRelease,
  measureCurrent,
  advanceTime,
  setTemperature,
  trueConductance,
  trueWear,
];

/** SPEC.md, 6. */
const commonHeaders = ["SYSTem:ERRor[:NEXT]?", "SYSTem:ERRor:COUNt?", "SYSTem:VERSion?"];

export interface Decoded {
  readonly outcome: "ok" | "refused" | "undecoded";
  /** Missing where the message is shown as its bytes. */
  readonly fields?: readonly Field[];
  readonly text: string;
}

export interface DecodedRequest extends Decoded {
  /** Header of the operation or command; several are joined. */
  readonly name: string;
  /** The board is expected to answer. */
  readonly isQuery: boolean;
  readonly operation: Decoder | undefined;
}

/** Names what no header was found in. */
const undecodedName = "(undecoded)";

export function decodedRequest(said: Scanned): DecodedRequest {
  const undecoded = {
    outcome: "undecoded",
    name: undecodedName,
    isQuery: false,
    operation: undefined,
  } as const;
  if (said.kind === "fault") return { ...undecoded, text: faultText(said) };
  const units = unitsOf(said.bytes);
  if (units === undefined) return { ...undecoded, text: messageText(said.bytes) };
  const name = units.map(nameOf).join(";");
  const isQuery = units.some(({ header }) => header.endsWith("?"));
  const [only] = units;
  const operation = units.length === 1 && only !== undefined ? operationOf(only) : undefined;
  const fields =
    operation === undefined ? undefined : attempt(() => decodeRequest(operation, only?.parameters ?? []));
  if (operation === undefined || fields === undefined) {
    const outcome = operation === undefined ? "ok" : "undecoded";
    return { outcome, name, isQuery, operation: undefined, text: messageText(said.bytes) };
  }
  return { outcome: "ok", name, isQuery, operation, ...shown(fields) };
}

/** @param operation of the request; undefined for common commands, whose responses have no status. */
export function decodedResponse(operation: Decoder | undefined, said: Scanned): Decoded {
  if (said.kind === "fault") return { outcome: "undecoded", text: faultText(said) };
  if (operation === undefined) return { outcome: "ok", text: messageText(said.bytes) };
  const outcome = attempt(() => decodeResponse(operation, said.bytes));
  if (outcome === undefined) return { outcome: "undecoded", text: messageText(said.bytes) };
  if (outcome.ok) return { outcome: "ok", ...shown(outcome.reply) };
  return { outcome: "refused", text: `refused ${outcome.error}, "${outcome.text}"` };
}

function shown(values: object): { readonly fields: readonly Field[]; readonly text: string } {
  const fields = fieldsOf(values);
  return { fields, text: fields.map(({ name, text }) => `${name} ${text}`).join(", ") };
}

const faultText = ({ error, detail }: Extract<Scanned, { kind: "fault" }>): string =>
  `no message: ${detail} (${error})`;

const operationOf = (unit: Unit): Decoder | undefined =>
  operations.find(({ header }) => headerMatches(header, unit.header));

const nameOf = (unit: Unit): string =>
  operationOf(unit)?.header ??
  commonHeaders.find((header) => headerMatches(header, unit.header)) ??
  unit.header;

const unitsOf = (message: Uint8Array): Unit[] | undefined => attempt(() => parseProgramMessage(message));

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof ScpiFault) return undefined;
    throw thrown;
  }
}
