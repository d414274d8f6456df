/** The Chip port over a SCPI session: turns the vocabulary of the lab into operations of the wire and back. */

import { advanceTime } from "../../firmware-protocol/operation/advance-time.ts";
import { chipTemperature } from "../../firmware-protocol/operation/chip-temperature.ts";
import { chipTime } from "../../firmware-protocol/operation/chip-time.ts";
import { lastOperation } from "../../firmware-protocol/operation/last-operation.ts";
import type { Operation } from "../../firmware-protocol/operation/operation.ts";
import { pulseCells } from "../../firmware-protocol/operation/pulse-cells.ts";
import type { PulseReply } from "../../firmware-protocol/operation/pulse-reply.ts";
import { pulseTrain } from "../../firmware-protocol/operation/pulse-train.ts";
import { readRegion } from "../../firmware-protocol/operation/read-region.ts";
import { safeOff } from "../../firmware-protocol/operation/safe-off.ts";
import type { Descriptor } from "../../src/chip/descriptor.ts";
import { lockFeature } from "../../src/chip/lock.ts";
import { type OnBoardOrder, type OnBoardProgramming, programFeature } from "../../src/chip/on-board.ts";
import type { OpenedChip } from "../../src/chip/opened-chip.ts";
import { type PulseReceipt, type PulseTrain, pulsesIn } from "../../src/chip/pulse.ts";
import type { ReadOptions, Readout } from "../../src/chip/readout.ts";
import { cellCount, type Region, regionText } from "../../src/chip/region.ts";
import { countNonZero, scattered } from "../../src/core/bytes.ts";
import type { Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import { nanoseconds } from "../../src/core/units.ts";
import { perform } from "../instrument/perform.ts";
import { Session } from "../instrument/session.ts";
import type { Transport } from "../transport/transport.ts";
import { identify } from "./identify.ts";
import { measureCurrents } from "./remote-currents.ts";
import { remoteLock } from "./remote-lock.ts";
import { multiply } from "./remote-mvm.ts";
import { remoteProgramming } from "./remote-program.ts";
import { sleepUntil } from "./sleep-until.ts";

export interface RemoteChip extends OpenedChip {
  /** Why the session ended, by itself or by `close`; undefined while it goes on. */
  readonly endedBy: LabError | undefined;
  /** The last operation id that the board had accepted when it was opened. */
  readonly lastOperationId: number;
  /** As `pulse`, under an id of the caller's, who sees to it that ids rise and that only the same pulses get the same id. */
  pulseAs(operationId: number, region: Region, train: PulseTrain): Promise<PulseReceipt>;
  /** Begins a run by the board under an id of the caller's, who sees to it that ids rise; the board may lack the ability. */
  startAs(operationId: number, order: OnBoardOrder): Promise<number>;
  /** Performs any operation of the protocol; for tests and for what the Chip port does not cover. */
  perform<Request, Reply>(operation: Operation<Request, Reply>, request: Request): Promise<Reply>;
}

/**
 * Identifies the board behind a transport and returns its Chip port.
 * @param sought identification of the board that is looked for: another one is asked for nothing but its own.
 * @throws LabError NO_ANSWER, NOT_OURS (AnotherBoard), PORT_BUSY, BAD_REPLY, REFUSED, LINK_LOST; the transport is closed then.
 */
export async function openRemoteChip(
  transport: Transport,
  timer: Timer,
  sought?: string,
): Promise<RemoteChip> {
  const session = new Session(transport, timer);
  try {
    const { identification, descriptor } = await identify(session, sought);
    const { bootId, lastOperationId } = await perform(session, lastOperation, {});
    return chipOver(session, timer, { identification, descriptor, bootId, lastOperationId });
  } catch (failure) {
    await session.close();
    throw failure;
  }
}

interface Opened {
  readonly identification: string;
  readonly descriptor: Descriptor;
  readonly bootId: number;
  readonly lastOperationId: number;
}

function chipOver(session: Session, timer: Timer, opened: Opened): RemoteChip {
  const { descriptor } = opened;
  let operationId = opened.lastOperationId;
  const now = async (): Promise<number> => (await perform(session, chipTime, {})).chipSeconds;
  const { startAs, ...watching } = remoteProgramming(session, descriptor);
  const start: OnBoardProgramming["start"] = async (order, announce) => {
    const id = ++operationId;
    announce?.(id);
    return startAs(id, order);
  };
  const onBoard = { ...watching, start };
  return {
    resource: session.name,
    get endedBy() {
      return session.endedBy;
    },
    identification: opened.identification,
    bootId: opened.bootId,
    lastOperationId: opened.lastOperationId,
    descriptor,
    currentBootId: async () => (await perform(session, lastOperation, {})).bootId,
    perform: (operation, request) => perform(session, operation, request),
    read: (region, options) => read(session, region, options),
    pulse: (region, train) => pulse(session, ++operationId, region, train),
    pulseAs: (id, region, train) => pulse(session, id, region, train),
    mvm: (request) => multiply(session, descriptor, request),
    measureCurrents: (codes) => measureCurrents(session, descriptor, codes),
    startAs,
    ...(descriptor.features.includes(programFeature) && { onBoard }),
    ...(descriptor.features.includes(lockFeature) && { lock: remoteLock(session) }),
    temperature: async () => (await perform(session, chipTemperature, {})).temperatureKelvin,
    now,
    async waitUntil(chipSeconds, signal) {
      if (!descriptor.features.includes("advance-time")) return sleepUntil(chipSeconds, now, timer, signal);
      return (await perform(session, advanceTime, { untilSeconds: chipSeconds })).chipSeconds;
    },
    async safeOff() {
      await perform(session, safeOff, {});
    },
    close: () => session.close(),
  };
}

async function read(session: Session, region: Region, options: ReadOptions): Promise<Readout> {
  const { averages, readVolts, mask } = options;
  const { codeSums, ...facts } = await perform(session, readRegion, { region, averages, readVolts, mask });
  const asked = mask === undefined ? cellCount(region) : countNonZero(mask);
  if (codeSums.length !== asked) {
    const message = `${session.name} sent ${codeSums.length} codes for ${asked} cells of ${regionText(region)}`;
    throw new LabError("BAD_REPLY", message, {
      next: "update the board's firmware; SPEC.md says what it must send",
    });
  }
  return {
    ...options,
    ...facts,
    region,
    codeSums: mask === undefined ? codeSums : scattered(codeSums, mask),
  };
}

async function pulse(
  session: Session,
  operationId: number,
  region: Region,
  train: PulseTrain,
): Promise<PulseReceipt> {
  const receipt = await sendPulses(session, operationId, region, train);
  const asked = pulsesIn(train);
  if (receipt.operationId === operationId && receipt.pulses === asked)
    return { ...receipt, certainty: "acknowledged" };
  const message =
    `${session.name} acknowledged ${receipt.pulses} pulses as operation ${receipt.operationId}, ` +
    `asked were ${asked} as operation ${operationId}, on ${regionText(region)}`;
  throw new LabError("BAD_REPLY", message, { next: "read the region before any further pulse" });
}

function sendPulses(
  session: Session,
  operationId: number,
  region: Region,
  train: PulseTrain,
): Promise<PulseReply> {
  if (train.kind === "per-cell") {
    return perform(session, pulseCells, {
      operationId,
      region,
      widthNanoseconds: nanoseconds(train.shape.widthSeconds),
      trailingNanoseconds: nanoseconds(train.shape.trailingSeconds),
      amplitudeCodes: train.amplitudeCodes,
    });
  }
  const steps = train.steps.map((step) => ({
    amplitudeCode: step.amplitudeCode,
    widthNanoseconds: nanoseconds(step.widthSeconds),
    trailingNanoseconds: nanoseconds(step.trailingSeconds),
  }));
  return perform(session, pulseTrain, { operationId, region, mask: train.mask, steps });
}
