/** EMULator:TEMPerature? — sets the ambient temperature of an emulated chip from now on. */

import { number } from "../scpi/element.ts";
import { chipTemperature, type TemperatureReply } from "./chip-temperature.ts";
import type { Operation } from "./operation.ts";

export interface SetTemperatureRequest {
  readonly kelvin: number;
}

/** About what the thermal chuck of a probe station reaches. */
export const minAmbientKelvin = 200;
export const maxAmbientKelvin = 450;

export const setTemperature: Operation<SetTemperatureRequest, TemperatureReply> = {
  header: "EMULator:TEMPerature?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: ({ kelvin }) => [number(kelvin)],
  decodeRequest: (fields) => ({ kelvin: fields.real("temperature", minAmbientKelvin, maxAmbientKelvin) }),
  encodeReply: chipTemperature.encodeReply,
  decodeReply: chipTemperature.decodeReply,
};
