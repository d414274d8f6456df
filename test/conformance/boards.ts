/** Boards in the process for the kit: emulated ones, and the same with something wrong between the cable and the firmware. */

import { Inbox } from "../../drivers/transport/inbox.ts";
import type { Transport } from "../../drivers/transport/transport.ts";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import type { ChipArray } from "../../mocks/firmware/chip-array.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { silenceSeconds } from "../../mocks/host/line-server.ts";
import type { Report } from "../../src/conformance/report.ts";
import { allRules } from "../../src/conformance/rules/all.ts";
import { type RunOptions, runConformance } from "../../src/conformance/run.ts";
import type { Timer } from "../../src/core/clock.ts";
import { LabError } from "../../src/core/errors.ts";
import { EagerTimer } from "./eager-timer.ts";

/** A board's end of a cable: what FirmwareLine is. */
export interface Line {
  receive(chunk: Uint8Array): Uint8Array[];
  readonly midMessage: boolean;
  silence(): void;
  /** As SPEC.md says when missing. */
  readonly silenceSeconds?: number;
}

/** Makes the line of a firmware into that of a board with a fault. */
export type Fault = (line: Line, firmware: Firmware) => Line;

export const sound: Fault = (line) => line;

export const tinyArray = (): ChipArray => createCrossbar(builtinProfile("tiny"), 1);

/** A cable that watches for silence as the hosts of the emulator do. */
export function cable(line: Line, timer: Timer): Transport {
  const inbox = new Inbox();
  let cancelSilence = (): void => {};
  return {
    name: "the board",
    listen: (listener) => inbox.listen(listener),
    async write(bytes) {
      if (inbox.closedBy !== undefined) throw inbox.closedBy;
      cancelSilence();
      for (const response of line.receive(bytes)) inbox.bytes(response);
      if (line.midMessage)
        cancelSilence = timer.after(line.silenceSeconds ?? silenceSeconds, () => line.silence());
    },
    async close() {
      cancelSilence();
      inbox.close(new LabError("LINK_LOST", "the board was closed"));
    },
  };
}

/** Everything allowed, with a power switch, in no time. */
export function checkedBoard(
  array: ChipArray,
  fault: Fault = sound,
  options: Partial<RunOptions> = {},
): Promise<Report> {
  const timer = new EagerTimer();
  const poweredClock = { monotonicSeconds: () => timer.seconds };
  let bootId = 1;
  let firmware = new Firmware(array, bootId, { poweredClock });
  const connect = async (): Promise<Transport> => cable(fault(firmware.openLine(), firmware), timer);
  const powerCycle = (): Promise<Transport> => {
    firmware = new Firmware(array, ++bootId, { poweredClock });
    return connect();
  };
  const transport = cable(fault(firmware.openLine(), firmware), timer);
  return runConformance({ transport, timer, rules: allRules, pulses: true, connect, powerCycle, ...options });
}

export const failed = ({ results }: Report): string[] =>
  results.filter(({ verdict }) => verdict.kind === "fail").map(({ id }) => id);

/** The rules that failed with what came, for a person who reads a failing test. */
export const faultsOf = ({ results }: Report): string[] =>
  results.flatMap(({ id, verdict }) =>
    verdict.kind === "fail"
      ? [`${id}: sent ${verdict.sent}, expected ${verdict.expected}, came ${verdict.came}`]
      : [],
  );
