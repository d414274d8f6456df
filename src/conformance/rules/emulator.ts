/** SPEC.md, 13: what emulators offer, and real boards do not. Nothing here changes the emulated chip but a millisecond of its clock. */

import { advanceTime } from "../../../firmware-protocol/operation/advance-time.ts";
import { chipTemperature } from "../../../firmware-protocol/operation/chip-temperature.ts";
import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { setTemperature } from "../../../firmware-protocol/operation/set-temperature.ts";
import { trueConductance } from "../../../firmware-protocol/operation/true-conductance.ts";
import { trueWear } from "../../../firmware-protocol/operation/true-wear.ts";
import { asked, demand, performed, scripted } from "../asking.ts";
import { type Board, cellsOfARow, nowhere } from "../board.ts";
import { type Rule, rule } from "../rule.ts";
import { faulty, refused } from "../step.ts";

const emulated = {
  unless: ({ descriptor }: Board) => (descriptor.emulated ? undefined : "the board is no emulator"),
};
const offering = (feature: string) => ({
  unless: ({ descriptor }: Board) =>
    descriptor.features.includes(feature) ? undefined : `it does not offer ${feature}`,
});
const lacking = (feature: string) => ({
  unless: ({ descriptor }: Board) => {
    if (!descriptor.emulated) return "the board is no emulator";
    return descriptor.features.includes(feature) ? `it offers ${feature}` : undefined;
  },
});

/** Bytes in another order make conductances that no device has. */
const plausible = (siemens: number): boolean => siemens === 0 || (siemens >= 1e-15 && siemens <= 1);

const resolutionSeconds = 1e-6;
const stepSeconds = 1e-3;

export const emulatorRules: readonly Rule[] = [
  scripted(
    "emulator.absent",
    "13",
    "does not know the operations of emulators",
    (board) => [
      faulty(requestMessage(trueConductance, { region: board.cell }), [-113]),
      faulty(requestMessage(trueWear, { region: board.cell }), [-113]),
    ],
    { unless: ({ descriptor }) => (descriptor.emulated ? "it is an emulator" : undefined) },
  ),
  rule(
    "emulator.time-past",
    "13",
    "changes nothing when a time in the past is asked for",
    async (probe) => {
      const before = (await asked(probe, chipTime)).chipSeconds;
      const message = requestMessage(advanceTime, { untilSeconds: 0 });
      const { chipSeconds } = await performed(probe, advanceTime, message);
      demand(chipSeconds >= before, message, `${before} s or later`, `${chipSeconds} s`);
    },
    offering("advance-time"),
  ),
  rule(
    "emulator.time-forward",
    "13",
    "moves its clock forward to the time that is asked for",
    async (probe) => {
      const untilSeconds = (await asked(probe, chipTime)).chipSeconds + stepSeconds;
      const message = requestMessage(advanceTime, { untilSeconds });
      const reply = await performed(probe, advanceTime, message);
      const { chipSeconds } = await asked(probe, chipTime);
      const there =
        Math.abs(reply.chipSeconds - untilSeconds) <= resolutionSeconds && chipSeconds >= reply.chipSeconds;
      demand(
        there,
        message,
        `${untilSeconds} s, and CHIP:TIME? from there on`,
        `${reply.chipSeconds} s, then ${chipSeconds} s`,
      );
    },
    offering("advance-time"),
  ),
  scripted(
    "emulator.time-limits",
    "13",
    "refuses times below 0 and beyond 1E9 s",
    () => [refused("EMUL:TIME? -1", -222), refused("EMUL:TIME? 1.1E9", -222), refused("EMUL:TIME?", -109)],
    offering("advance-time"),
  ),
  scripted(
    "emulator.time-lacking",
    "13",
    "refuses to move a clock that follows real time",
    () => [refused("EMUL:TIME? 0", 1002)],
    lacking("advance-time"),
  ),
  rule(
    "emulator.temperature",
    "13",
    "sets the ambient temperature and answers that of the chip",
    async (probe) => {
      const { temperatureKelvin } = await asked(probe, chipTemperature);
      const kelvin = Math.min(450, Math.max(200, temperatureKelvin));
      await performed(
        probe,
        setTemperature,
        requestMessage(setTemperature, { kelvin }),
        "a temperature above 0 K",
        (reply) => reply.temperatureKelvin > 0,
      );
    },
    offering("set-temperature"),
  ),
  scripted(
    "emulator.temperature-limits",
    "13",
    "refuses temperatures below 200 K and above 450 K",
    () => [
      refused("EMUL:TEMP? 199.9", -222),
      refused("EMUL:TEMP? 450.1", -222),
      refused("EMUL:TEMP? COLD", -104),
    ],
    offering("set-temperature"),
  ),
  scripted(
    "emulator.temperature-lacking",
    "13",
    "refuses to set a temperature without the feature",
    () => [refused("EMUL:TEMP? 300", 1002)],
    lacking("set-temperature"),
  ),
  rule(
    "emulator.truth",
    "13",
    "answers the conductance of each cell in single precision, little-endian",
    async (probe) => {
      const region = cellsOfARow(probe.board, 3);
      await performed(
        probe,
        trueConductance,
        requestMessage(trueConductance, { region }),
        `${region.columns} conductances, 0 or 1E-15 to 1 S`,
        ({ siemens }) => siemens.length === region.columns && siemens.every(plausible),
      );
    },
    emulated,
  ),
  rule(
    "emulator.wear",
    "13",
    "answers the pulses of each cell in 32 bits, little-endian",
    async (probe) => {
      const region = cellsOfARow(probe.board, 3);
      await performed(
        probe,
        trueWear,
        requestMessage(trueWear, { region }),
        `${region.columns} counts`,
        ({ pulses }) => pulses.length === region.columns,
      );
    },
    emulated,
  ),
  scripted(
    "emulator.outside",
    "13",
    "refuses regions outside the arrays",
    (board) => [
      refused(requestMessage(trueConductance, { region: nowhere(board) }), -222),
      refused(requestMessage(trueWear, { region: nowhere(board) }), -222),
    ],
    emulated,
  ),
];
