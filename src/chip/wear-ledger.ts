/**
 * The wear ledger of a chip, as the Chip port needs it: pulses are written down before they are sent and settled when it is known
 * what became of them, so that a ledger that is kept whole never counts less than the devices have felt since it was begun.
 */

import { LabError, unsent } from "../core/errors.ts";
import type { Chip } from "./chip.ts";
import { mostPulsesOf, type OnBoardOrder, type OnBoardProgramming, type OrderedCells } from "./on-board.ts";
import type { PulseReceipt, PulseTrain } from "./pulse.ts";
import { mayHaveBeenApplied, type PulseFate } from "./pulse-fate.ts";
import type { Region } from "./region.ts";

/** Pulses that are written down and not settled. */
export type IntentId = number & { readonly brand: "intent" };

export interface WearLedger {
  /**
   * Writes down that a train is about to be sent; it outlives this process from then on.
   * @throws LabError LIMIT when a cell would get more pulses than it may get in its life, STORE when it cannot be written: nothing is
   * written then, and nothing may be sent.
   */
  intend(region: Region, train: PulseTrain): IntentId;
  /** The same for a run of the board itself, of which only the most that a cell may get is known. */
  intendRun(cells: OrderedCells, mostPulses: number): IntentId;
  /** What was not applied is taken back; what is unknown counts like what was applied. */
  settle(intent: IntentId, fate: PulseFate): void;
  /** @param pulses that each cell of the run got, row by row; they take the place of the most that it might have got. */
  settleRun(intent: IntentId, pulses: Uint16Array): void;
}

/** A chip whose pulses are all in a ledger. Pulses reach it in the order of the calls, as without. */
export function withLedger(chip: Chip, ledger: WearLedger): Chip {
  return {
    descriptor: chip.descriptor,
    read: (region, options) => chip.read(region, options),
    async pulse(region, train) {
      // Nothing waits before the train is handed on: a reading that is asked for next comes after it.
      const intent = booked(() => ledger.intend(region, train));
      return settled(ledger, intent, chip.pulse(region, train));
    },
    ...(chip.onBoard && { onBoard: bookedRuns(chip.onBoard, ledger) }),
    mvm: (request) => chip.mvm(request),
    measureCurrents: (codes) => chip.measureCurrents(codes),
    temperature: () => chip.temperature(),
    now: () => chip.now(),
    waitUntil: (chipSeconds, signal) => chip.waitUntil(chipSeconds, signal),
    safeOff: () => chip.safeOff(),
    close: () => chip.close(),
  };
}

/** @throws LabError that says that nothing was sent. */
function booked(intend: () => IntentId): IntentId {
  try {
    return intend();
  } catch (failure) {
    throw failure instanceof LabError ? unsent(failure) : failure;
  }
}

/** A run that nobody asks for its result stays counted at its most, as unknown. */
function bookedRuns(onBoard: OnBoardProgramming, ledger: WearLedger): OnBoardProgramming {
  const intents = new Map<number, IntentId>();
  return {
    async start(order, announce) {
      const intent = booked(() => ledger.intendRun(order, mostPulses(order)));
      const operationId = await onBoard.start(order, announce).catch((failure: unknown) => {
        ledger.settle(intent, mayHaveBeenApplied(failure) ? "unknown" : "not-applied");
        throw failure;
      });
      intents.set(operationId, intent);
      return operationId;
    },
    progress: (operationId) => onBoard.progress(operationId),
    abort: (operationId) => onBoard.abort(operationId),
    async result(operationId, cells) {
      const result = await onBoard.result(operationId, cells);
      const intent = intents.get(operationId);
      if (intent !== undefined && intents.delete(operationId)) ledger.settleRun(intent, result.pulses);
      return result;
    },
  };
}

/** Of one cell: the preparation and the feedback, or one RESET and those after it. */
export const mostPulses = (order: OnBoardOrder): number =>
  Math.max(mostPulsesOf(order, false), mostPulsesOf(order, true));

async function settled(
  ledger: WearLedger,
  intent: IntentId,
  sending: Promise<PulseReceipt>,
): Promise<PulseReceipt> {
  const receipt = await sending.catch((failure: unknown) => {
    ledger.settle(intent, mayHaveBeenApplied(failure) ? "unknown" : "not-applied");
    throw failure;
  });
  ledger.settle(intent, receipt.certainty === "unknown" ? "unknown" : "applied");
  return receipt;
}
