/** The Chip port of a board whose cable may be pulled and put back: an operation that was under way is resumed, its caller only waits. */

import { lastOperation } from "../../firmware-protocol/operation/last-operation.ts";
import type { Operation } from "../../firmware-protocol/operation/operation.ts";
import { type OnBoardProgramming, onBoardOf } from "../../src/chip/on-board.ts";
import { unlessStopped } from "../../src/core/sleep.ts";
import { interrupted } from "../transport/closed-on-stop.ts";
import type { Lost } from "./candidates.ts";
import { Reconnection, type ReconnectOptions } from "./reconnection.ts";
import type { RemoteChip } from "./remote-chip.ts";
import { parseResource } from "./resource.ts";
import type { BoardSearch } from "./wait-for-board.ts";

/** Opens a board by name and keeps it open. @throws LabError of the first opening, which is not repeated. */
export async function openReconnectingChip(name: string, options: ReconnectOptions): Promise<RemoteChip> {
  const { signal } = options;
  const opening = options.connect(name, { signal });
  const chip = await unlessStopped(opening, signal, interrupted, (late) => late.close());
  const port = await portOf(name, options).catch(() => undefined);
  // A name that leaves the serial number of a USB board open fits any board; its full name does not.
  const lost = { name: parseResource(name).kind === "usb" ? chip.resource : name, port };
  return portOver(new Reconnection(chip, lost, options), chip);
}

async function portOf(name: string, { ports }: BoardSearch): Promise<Lost["port"]> {
  const resource = parseResource(name);
  if (resource.kind !== "serial") return undefined;
  const path = await ports.behind(resource.path);
  return (await ports.list()).find((port) => port.path === path);
}

function portOver(line: Reconnection, first: RemoteChip): RemoteChip {
  const { identification, bootId, lastOperationId, descriptor } = first;
  const perform = <Request, Reply>(operation: Operation<Request, Reply>, request: Request): Promise<Reply> =>
    line.ask((chip) => chip.perform(operation, request), { manner: operation.repeatable ? "again" : "once" });
  return {
    get resource() {
      return line.resource;
    },
    identification,
    bootId,
    lastOperationId,
    get endedBy() {
      return line.endedBy;
    },
    descriptor,
    perform,
    currentBootId: async () => (await perform(lastOperation, {})).bootId,
    read: (region, options) => line.ask((chip) => chip.read(region, options), { timeOf: lastSample }),
    pulse: (region, train) => line.pulse(region, train),
    pulseAs: (operationId, region, train) => line.pulse(region, train, operationId),
    mvm: (request) => line.ask((chip) => chip.mvm(request), { timeOf: lastSample }),
    measureCurrents: (codes) => line.ask((chip) => chip.measureCurrents(codes)),
    startAs: (operationId, order) => line.begin((chip) => chip.startAs(operationId, order), operationId),
    ...(first.onBoard && { onBoard: onBoardOver(line) }),
    ...(first.lock && { lock: line.lock }),
    temperature: () => line.ask((chip) => chip.temperature()),
    now: () => line.ask((chip) => chip.now(), { timeOf: (seconds) => seconds }),
    waitUntil: (chipSeconds, signal) =>
      line.ask((chip) => chip.waitUntil(chipSeconds, signal), {
        manner: "sleeping",
        timeOf: (seconds) => seconds,
      }),
    safeOff: () => line.ask((chip) => chip.safeOff()),
    close: () => line.close(),
  };
}

/** A run goes on while the line is lost; only the reply to its beginning may be lost, and nobody begins it again. */
const onBoardOver = (line: Reconnection): OnBoardProgramming => ({
  start: async (order, announce) => {
    const id = line.nextOperationId();
    announce?.(id);
    return line.begin((chip) => chip.startAs(id, order), id);
  },
  progress: (id) => line.ask((chip) => onBoardOf(chip).progress(id)),
  abort: (id) => line.ask((chip) => onBoardOf(chip).abort(id)),
  result: (id, cells) => line.ask((chip) => onBoardOf(chip).result(id, cells)),
});

const lastSample = ({ lastSampleSeconds }: { lastSampleSeconds: number }): number => lastSampleSeconds;
