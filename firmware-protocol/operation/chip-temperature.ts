/** CHIP:TEMPerature? — temperature of the chip now, by the sensor that stamps readings. */

import { number } from "../scpi/element.ts";
import type { Operation } from "./operation.ts";

export interface TemperatureReply {
  readonly temperatureKelvin: number;
}

export const chipTemperature: Operation<Record<never, never>, TemperatureReply> = {
  header: "CHIP:TEMPerature?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: () => [],
  decodeRequest: () => ({}),
  encodeReply: ({ temperatureKelvin }) => [number(temperatureKelvin)],
  decodeReply: (fields) => ({ temperatureKelvin: fields.real("temperature", 0) }),
};
