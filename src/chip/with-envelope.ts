/**
 * A chip that keeps on the host what its envelope forbids at the moment: pulses outside its temperatures are refused, and those beyond
 * its duty wait for it.
 */

import { LabError, unsent } from "../core/errors.ts";
import type { Chip } from "./chip.ts";
import { allowedFrom, type DutyBudget, fullBudget, pulseSeconds, spent } from "./duty-budget.ts";
import { assertTemperatureAllowed, type Envelope } from "./envelope.ts";
import { InTurn } from "./in-turn.ts";
import type { OnBoardProgramming } from "./on-board.ts";

/**
 * Decides by the last temperature and the latest chip time that the chip has told, so that nothing waits before a train that the duty
 * allows. The board, which knows both as they are, decides again. What holds for every pulse at any time is in `assertPulseAllowed`.
 * What is asked for while a train waits comes after it, and so may wait for `dutySeconds`.
 * @throws the errors of the chip when it is asked for the two.
 */
export async function withEnvelope(chip: Chip): Promise<Chip> {
  const { envelope } = chip.descriptor;
  if (envelope === undefined) return chip;
  const [seconds, kelvin] = await Promise.all([chip.now(), chip.temperature()]);
  return watched(chip, envelope, { seconds, kelvin });
}

/** The latest that the chip has told. */
interface Heard {
  seconds: number;
  kelvin: number;
}

function watched(chip: Chip, envelope: Envelope, heard: Heard): Chip {
  let budget: DutyBudget = fullBudget(envelope, heard.seconds);
  const line = new InTurn();
  const time = (seconds: number): number => {
    heard.seconds = Math.max(heard.seconds, seconds);
    return seconds;
  };
  const sampled = <T extends { lastSampleSeconds: number; temperatureKelvin: number }>(readout: T): T => {
    time(readout.lastSampleSeconds);
    heard.kelvin = readout.temperatureKelvin;
    return readout;
  };
  return {
    descriptor: chip.descriptor,
    read: async (region, options) => sampled(await line.ask(() => chip.read(region, options))),
    async pulse(region, train) {
      const seconds = pulseSeconds(train);
      const give = () => {
        assertTemperatureAllowed(envelope, heard.kelvin);
        budget = spent(envelope, budget, seconds, heard.seconds);
        return chip.pulse(region, train);
      };
      const receipt = await line.askAfter(() => {
        const begin = allowedFrom(envelope, budget, seconds);
        return begin <= heard.seconds ? undefined : chip.waitUntil(begin).then(time, failedWaiting);
      }, give);
      time(receipt.endSeconds);
      return receipt;
    },
    ...(chip.onBoard && { onBoard: warmEnough(chip.onBoard, envelope, heard, line) }),
    mvm: async (request) => sampled(await line.ask(() => chip.mvm(request))),
    async temperature() {
      heard.kelvin = await chip.temperature();
      return heard.kelvin;
    },
    now: async () => time(await chip.now()),
    waitUntil: async (chipSeconds, signal) => time(await chip.waitUntil(chipSeconds, signal)),
    measureCurrents: (codes) => chip.measureCurrents(codes),
    safeOff: () => chip.safeOff(),
    close: () => chip.close(),
  };
}

/** The train that waited was not sent. */
function failedWaiting(failure: unknown): never {
  throw failure instanceof LabError ? unsent(failure) : failure;
}

/** The board keeps the duty of its own runs by waiting. */
const warmEnough = (
  onBoard: OnBoardProgramming,
  envelope: Envelope,
  heard: Readonly<Heard>,
  line: InTurn,
): OnBoardProgramming => ({
  ...onBoard,
  async start(order, announce) {
    return line.ask(() => {
      assertTemperatureAllowed(envelope, heard.kelvin);
      return onBoard.start(order, announce);
    });
  },
});
