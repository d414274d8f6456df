/** The state of the devices as named typed arrays, whatever the device model keeps: for saving and loading a chip. */

import { LabError } from "../../src/core/errors.ts";

const constructors = {
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;

type DeviceArrayType = keyof typeof constructors;
export type DeviceArray = InstanceType<(typeof constructors)[DeviceArrayType]>;

/** By name; an array of a part of the devices has the path of names, joined by dots. */
export type DeviceArrays = ReadonlyMap<string, DeviceArray>;

export const deviceArrayTypes = Object.keys(constructors) as readonly DeviceArrayType[];

export const typeOfArray = (array: DeviceArray): DeviceArrayType =>
  deviceArrayTypes.find((type) => array instanceof constructors[type]) ?? "Float64Array";

export const bytesOfType = (type: DeviceArrayType): number => constructors[type].BYTES_PER_ELEMENT;

/** An array over a buffer of exactly its bytes. */
export const arrayOfType = (type: DeviceArrayType, buffer: ArrayBuffer): DeviceArray =>
  new constructors[type](buffer);

/** The live arrays themselves, found by walking the object. */
export function deviceArraysOf(part: object, path = ""): DeviceArrays {
  const found = Object.entries(part).flatMap(([name, value]: [string, unknown]): [string, DeviceArray][] => {
    if (isDeviceArray(value)) return [[path + name, value]];
    return isRecord(value) ? [...deviceArraysOf(value, `${path}${name}.`)] : [];
  });
  return new Map(found);
}

/**
 * Puts the saved values into the live arrays.
 * @throws LabError BAD_PROFILE when the two are not the same set of arrays; nothing is changed then.
 */
export function restoreArrays(live: DeviceArrays, saved: DeviceArrays): void {
  const shape = (arrays: DeviceArrays): string =>
    [...arrays].map(([name, array]) => `${name} ${typeOfArray(array)}(${array.length})`).join(", ");
  if (shape(live) !== shape(saved)) {
    throw new LabError(
      "BAD_PROFILE",
      `the state holds ${shape(saved)} where this version of the emulator has ${shape(live)}`,
      { next: "load it with the version of pcmlab that saved it" },
    );
  }
  for (const [name, array] of live) array.set(saved.get(name) ?? []);
}

function isDeviceArray(value: unknown): value is DeviceArray {
  return deviceArrayTypes.some((type) => value instanceof constructors[type]);
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
