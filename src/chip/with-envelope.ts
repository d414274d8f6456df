/** A chip that refuses on the host what its envelope forbids at the moment: pulses beyond its duty or outside its temperatures. */

import type { Chip } from "./chip.ts";
import { type DutyBudget, fullBudget, pulseSeconds, spent } from "./duty-budget.ts";
import { assertTemperatureAllowed, type Envelope } from "./envelope.ts";
import type { OnBoardProgramming } from "./on-board.ts";

/**
 * Decides by the last temperature and the latest chip time that the chip has told, so that nothing waits before a train is sent. The
 * board, which knows both as they are, decides again. What holds for every pulse at any time is in `assertPulseAllowed`.
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
    read: async (region, options) => sampled(await chip.read(region, options)),
    async pulse(region, train) {
      assertTemperatureAllowed(envelope, heard.kelvin);
      budget = spent(envelope, budget, pulseSeconds(train), heard.seconds);
      const receipt = await chip.pulse(region, train);
      time(receipt.endSeconds);
      return receipt;
    },
    ...(chip.onBoard && { onBoard: warmEnough(chip.onBoard, envelope, heard) }),
    mvm: async (request) => sampled(await chip.mvm(request)),
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

/** The board keeps the duty of its own runs by waiting. */
const warmEnough = (
  onBoard: OnBoardProgramming,
  envelope: Envelope,
  heard: Readonly<Heard>,
): OnBoardProgramming => ({
  ...onBoard,
  async start(order, announce) {
    assertTemperatureAllowed(envelope, heard.kelvin);
    return onBoard.start(order, announce);
  },
});
