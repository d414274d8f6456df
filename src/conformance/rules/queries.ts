/** SPEC.md, 10.2, 10.4, 10.9: the operations that only ask, and safe-off. */

import { chipTemperature } from "../../../firmware-protocol/operation/chip-temperature.ts";
import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { safeOff } from "../../../firmware-protocol/operation/safe-off.ts";
import { asked, demand, performed, reading, scripted } from "../asking.ts";
import { type Rule, rule } from "../rule.ts";
import { refused } from "../step.ts";

/** Noise of a sensor, and what a read warms. */
const sensorKelvin = 5;

export const queryRules: readonly Rule[] = [
  rule("record.fields", "10.2", "answers boot id and last operation id", (probe) =>
    asked(probe, lastOperation),
  ),
  rule(
    "record.constant",
    "11",
    "keeps boot id and last operation id while nothing is pulsed",
    async (probe) => {
      const first = await asked(probe, lastOperation);
      const second = await asked(probe, lastOperation);
      const same = first.bootId === second.bootId && first.lastOperationId === second.lastOperationId;
      demand(same, "SYST:OPER:LAST?\n", JSON.stringify(first), JSON.stringify(second));
    },
  ),
  scripted("record.parameters", "10.2", "refuses parameters", () => [refused("SYST:OPER:LAST? 1", -108)]),
  rule("safe.done", "10.4", "switches drives off and answers 0", (probe) => asked(probe, safeOff)),
  scripted("safe.parameters", "10.4", "refuses parameters", () => [refused("CHIP:SAFE? 1", -108)]),
  rule("temperature.fields", "10.9", "answers a temperature above 0 K", (probe) =>
    performed(
      probe,
      chipTemperature,
      requestMessage(chipTemperature, {}),
      "a temperature above 0 K",
      ({ temperatureKelvin }) => temperatureKelvin > 0,
    ),
  ),
  rule(
    "temperature.stamps",
    "10.9",
    "stamps readings with the temperature that it answers",
    async (probe) => {
      const { temperatureKelvin: answer } = await asked(probe, chipTemperature);
      const { temperatureKelvin: stamp } = await reading(probe, {}, 1);
      demand(
        Math.abs(answer - stamp) <= sensorKelvin,
        "CHIP:TEMP?\n",
        `the ${stamp} K of a read just after it, to ${sensorKelvin} K`,
        `${answer} K`,
      );
    },
  ),
  scripted("temperature.parameters", "10.9", "refuses parameters", () => [refused("CHIP:TEMP? 1", -108)]),
];
