/**
 * The devices of a block in one order: the cells of its parts after each other, each part row by row. Arrays with one value a
 * device are in this order; with one part it is that of its region.
 */

import type { PulseTrain } from "../../src/chip/pulse.ts";
import { cellCount } from "../../src/chip/region.ts";
import { cellOfWeight, deviceCountOf, deviceSign, type WeightBlock } from "../../src/chip/weight-block.ts";

type Parts = Pick<WeightBlock, "parts">;

/** Where the device number `device` of a weight is in device order. */
export type DevicePlace = (weight: number, device: number) => number;

export function devicePlaces(block: WeightBlock): DevicePlace {
  const places = Array.from({ length: block.devicesPerWeight }, (_, device) => {
    const index = block.parts.findIndex(({ devices }) => devices.includes(device));
    const part = block.parts[index];
    if (part === undefined)
      throw new RangeError(`no part of the block holds device ${device} of its weights`);
    const first = firstOfPart(block, index) + cellOfWeight(part, 0, part.devices.indexOf(device));
    return { first, stride: part.devices.length };
  });
  return (weight, device) => places[device]!.first + weight * places[device]!.stride;
}

/** The values of one part, as a view. */
export function ofPart<T extends Uint8Array | Uint16Array | Float32Array>(
  values: T,
  block: Parts,
  index: number,
): T;
export function ofPart(values: Uint8Array | Uint16Array | Float32Array, block: Parts, index: number) {
  const first = firstOfPart(block, index);
  const part = block.parts[index];
  return values.subarray(first, first + (part === undefined ? 0 : cellCount(part.region)));
}

/** A train for the devices of a block as a train for the cells of one part. */
export const trainOfPart = (train: PulseTrain, block: Parts, index: number): PulseTrain =>
  train.kind === "per-cell"
    ? { ...train, amplitudeCodes: ofPart(train.amplitudeCodes, block, index) }
    : { ...train, mask: ofPart(train.mask, block, index) };

/** Conductances of devices, in device order, as the net conductances of the weights: S. */
export function netSiemens(block: WeightBlock, devices: Float32Array): Float32Array {
  const place = devicePlaces(block);
  const signs = Array.from({ length: block.devicesPerWeight }, (_, device) => deviceSign(block, device));
  return Float32Array.from({ length: block.rows * block.columns }, (_, weight) =>
    signs.reduce((sum: number, sign, device) => sum + sign * devices[place(weight, device)]!, 0),
  );
}

const firstOfPart = (block: Parts, index: number): number =>
  deviceCountOf({ parts: block.parts.slice(0, index) });
