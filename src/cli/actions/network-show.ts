/** Prints what of a network goes onto an array, where, and what stays digital. */

import { descriptorOf } from "../../../mocks/array/crossbar.ts";
import { deviceCount } from "../../chip/descriptor.ts";
import { regionText } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import { type Network, weightCount } from "../../network/layer.ts";
import { type Placement, placeNetwork, tilesOfLayer } from "../../network/placement.ts";
import { usualLayout } from "../../network/sites.ts";
import type { Context } from "../context.ts";
import { givenNetwork } from "./given-network.ts";
import { loadProfile } from "./profile.ts";

export interface NetworkShowArguments {
  readonly network: string;
  readonly bias: "array" | "digital";
  readonly devices: 2 | 4;
  /** Profile of the chip whose places are shown. */
  readonly profile: string;
  /** Whether every place is printed, and not only how many there are. */
  readonly places: boolean;
}

/** @throws LabError BAD_NETWORK, UNSUPPORTED_OPERATOR, BAD_PROFILE, USAGE. */
export async function showNetwork(args: NetworkShowArguments, context: Context): Promise<void> {
  const { network } = await givenNetwork(args);
  const { output } = context;
  const shown = { ...factsOf(network), ...placesOf(network, args) };
  output.result(shown, textOf(shown, args));
}

interface Facts {
  readonly input: string;
  readonly classes: number | null;
  readonly opset: number;
  readonly weights: number;
  readonly batchNorms: number;
  readonly layers: readonly {
    readonly name: string;
    readonly kind: string;
    /** Inputs, a bias row included, and outputs. */
    readonly rows: number;
    readonly columns: number;
    readonly bias: "array" | "digital" | "none";
    readonly largestWeight: number;
  }[];
  /** Products of the network that no array computes, and why. */
  readonly digital: readonly { readonly name: string; readonly reason: string }[];
  /** How often each operator runs in software. */
  readonly operators: Readonly<Record<string, number>>;
}

function factsOf({ model, input, output, layers, batchNorms, digitalLayers }: Network): Facts {
  const analog = new Set(layers.map(({ node }) => node));
  const operators: Record<string, number> = {};
  for (const [index, { opType }] of model.graph.nodes.entries())
    if (!analog.has(index)) operators[opType] = (operators[opType] ?? 0) + 1;
  return {
    input: input.shape.map((size) => size ?? "?").join(" x "),
    classes: output.classes ?? null,
    opset: model.opsets.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0,
    weights: weightCount(layers),
    batchNorms: batchNorms.length,
    layers: layers.map(({ name, kind, rows, columns, biasInArray, digitalBias, weights }) => ({
      ...{ name, kind, rows, columns },
      bias: biasInArray ? "array" : digitalBias === undefined ? "none" : "digital",
      largestWeight: weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0),
    })),
    digital: digitalLayers,
    operators,
  };
}

interface Places {
  readonly profile: string;
  readonly devices: number;
  readonly availableDevices: number;
  /** Regions of each layer; none when the network does not fit, which `doesNotFit` says why. */
  readonly places: readonly (readonly string[])[];
  readonly doesNotFit: string | null;
}

function placesOf({ layers }: Network, { profile: name, devices }: NetworkShowArguments): Places {
  const profile = loadProfile(name);
  const descriptor = descriptorOf(profile, 0);
  const needed = devices * weightCount(layers);
  try {
    const placement = placeNetwork(layers, descriptor, {
      devicesPerWeight: devices,
      layout: usualLayout(descriptor, devices),
    });
    return {
      profile: profile.name,
      devices: needed,
      availableDevices: placement.availableDevices,
      places: layers.map((_, layer) => regionsOf(placement, layer)),
      doesNotFit: null,
    };
  } catch (failure) {
    if (!(failure instanceof LabError) || failure.code !== "DOES_NOT_FIT") throw failure;
    const availableDevices = deviceCount(descriptor);
    return {
      profile: profile.name,
      devices: needed,
      availableDevices,
      places: [],
      doesNotFit: failure.message,
    };
  }
}

const regionsOf = (placement: Placement, layer: number): string[] =>
  tilesOfLayer(placement, layer).map(({ region }) => regionText(region));

function textOf(shown: Facts & Places, { network, places }: NetworkShowArguments): string {
  const { layers, digital, operators } = shown;
  const width = Math.max(5, ...layers.map(({ name }) => name.length));
  const line = (name: string, kind: string, ...cells: readonly string[]): string =>
    [name.padEnd(width), kind.padEnd(7), ...cells.map((cell) => cell.padStart(13))].join(" ");
  return [
    `${network}: ${shown.input} to ${shown.classes ?? "?"} classes, ONNX opset ${shown.opset}`,
    "",
    line("layer", "kind", "inputs", "outputs", "weights", "bias", "largest", "places"),
    ...layers.flatMap(({ name, kind, rows, columns, bias, largestWeight }, layer) => {
      const own = shown.places[layer] ?? [];
      const counts = [rows, columns, rows * columns].map((count) => count.toLocaleString("en"));
      const cells = [...counts, bias, largestWeight.toPrecision(3), String(own.length || "none")];
      return [line(name, kind, ...cells), ...(places ? own.map((region) => `  ${region}`) : [])];
    }),
    "",
    ...digital.map(({ name, reason }) => `${name} stays digital: ${reason}`),
    `in software: ${Object.entries(operators)
      .map(([name, count]) => (count === 1 ? name : `${count} ${name}`))
      .join(", ")}`,
    `${shown.weights.toLocaleString("en")} weights on the array take ${shown.devices.toLocaleString("en")} of the ${shown.availableDevices.toLocaleString("en")} devices of ${shown.profile}`,
    ...(shown.doesNotFit === null ? [] : [`does not fit: ${shown.doesNotFit}`]),
    ...(shown.batchNorms > 0 ? [] : ["no batch normalisation is left to adapt: adabs has nothing to do"]),
  ].join("\n");
}
