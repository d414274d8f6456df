/** The course that every contestant runs: pattern and network placed on the cells that it may use. */

import type { Descriptor } from "../../chip/descriptor.ts";
import type { Region } from "../../chip/region.ts";
import { regionText } from "../../chip/region.ts";
import { LabError } from "../../core/errors.ts";
import type { Prng } from "../../core/prng.ts";
import type { AnalogLayer } from "../../network/layer.ts";
import { type LayerMapping, mapLayer, netTargets, type WeightLimits } from "../../network/mapping.ts";
import type { Mark } from "../../network/marks.ts";
import { type Placement, placeNetwork, type Tile } from "../../network/placement.ts";
import { withRowOrders } from "../../network/row-order.ts";
import type { Scale } from "../../network/scale.ts";
import { type Layout, sitesOf } from "../../network/sites.ts";
import { placedBlocks } from "../../network/weight-blocks.ts";
import { levelCount } from "../../report/statistics/level-errors.ts";
import { outside } from "./areas.ts";
import type { WantedBlock } from "./contest.ts";
import { levelPattern, type PatternShape, patternShape } from "./level-pattern.ts";

export interface CourseOptions extends WeightLimits {
  readonly layout: Layout;
  readonly scale: Scale;
  /** Weights of each level, at least. */
  readonly perLevel: number;
  /** Of the network, when there is one. */
  readonly layers: readonly AnalogLayer[];
  readonly avoid: readonly Mark[];
  /** Of the order of the levels; the same for all contestants. */
  readonly random: () => Prng;
}

export interface Course {
  readonly pattern: readonly WantedBlock[];
  readonly network: readonly WantedBlock[];
  /** Of the network, for each of its layers. */
  readonly mappings: readonly LayerMapping[];
  readonly tiles: readonly Tile[];
  readonly shape: PatternShape;
  readonly weightsPerLevel: number;
}

/**
 * @param area the only cells that may be used; the whole chip when undefined.
 * @throws LabError DOES_NOT_FIT, USAGE for a layout that the chip has not, LIMIT for weights that the devices cannot hold.
 */
export function courseOn(descriptor: Descriptor, area: Region | undefined, options: CourseOptions): Course {
  const { gmaxSiemens, devicesPerWeight, layout, perLevel } = options;
  const whole = { devicesPerWeight, layout, avoid: options.avoid };
  const arrays = homesOf(descriptor, options).find((home) => area === undefined || home.includes(area.array));
  if (arrays === undefined)
    throw new LabError(
      "USAGE",
      `array ${area?.array} holds no devices of weights with the layout ${layout}`,
      {
        next: "name another array in --region",
      },
    );
  const site =
    area === undefined
      ? whole
      : {
          ...whole,
          ...(layout === "bit-lines" && { arrays }),
          avoid: [...options.avoid, ...outside(area, arrays, descriptor)],
        };
  const largest = largestBlock(sitesOf(descriptor, site));
  const shape = patternShape(perLevel, largest);
  const pattern = levelPattern(shape, options.random());
  const layers = [pattern, ...options.layers];
  const placed = placedOrRefused(perLevel, (fewer) => {
    const smaller = levelPattern(patternShape(fewer, largest), options.random());
    return placeNetwork([smaller, ...options.layers], descriptor, site);
  });
  const mappings = layers.map((layer) =>
    mapLayer(layer, {
      gmaxSiemens,
      devicesPerWeight,
      scale: layer === pattern ? { kind: "layer" } : options.scale,
    }),
  );
  const tiles = withRowOrders(placed.tiles, layers, mappings, options.avoid);
  const blocks = placedBlocks(tiles).map((block): WantedBlock => {
    const [layer, mapping] = [layers[block.layer], mappings[block.layer]];
    if (layer === undefined || mapping === undefined)
      throw new RangeError(`there is no layer ${block.layer}`);
    return { placed: block, net: netTargets(layer, block, mapping) };
  });
  return {
    pattern: blocks.filter(({ placed }) => placed.layer === 0),
    network: blocks.filter(({ placed }) => placed.layer > 0),
    mappings: mappings.slice(1),
    tiles,
    shape,
    weightsPerLevel: Math.floor((shape.rows * shape.columns) / levelCount),
  };
}

/** @throws LabError DOES_NOT_FIT with what a comparison can be told otherwise. */
function placedOrRefused(perLevel: number, place: (perLevel: number) => Placement): Placement {
  const placed = placedOrNot(perLevel, place);
  if (!(placed instanceof LabError)) return placed;
  // By halves: what holds more weights of each level also holds fewer.
  let [most, tooMany] = [0, perLevel];
  while (tooMany - most > 1) {
    const middle = Math.floor((most + tooMany) / 2);
    if (placedOrNot(middle, place) instanceof LabError) tooMany = middle;
    else most = middle;
  }
  const lower = most === 0 ? "" : `lower --per-level from ${perLevel} to ${most} or less, `;
  throw new LabError("DOES_NOT_FIT", `the cells of an algorithm do not hold the pattern: ${placed.message}`, {
    cause: placed,
    next: `${lower}name larger areas with --region, or compare fewer algorithms`,
  });
}

function placedOrNot(perLevel: number, place: (perLevel: number) => Placement): Placement | LabError {
  try {
    return place(perLevel);
  } catch (failure) {
    if (failure instanceof LabError && failure.code === "DOES_NOT_FIT") return failure;
    throw failure;
  }
}

/** Groups of arrays that hold the devices of a weight together. */
export const homesOf = (
  descriptor: Descriptor,
  { devicesPerWeight, layout }: Pick<CourseOptions, "devicesPerWeight" | "layout">,
): readonly (readonly number[])[] => {
  const homes = sitesOf(descriptor, { devicesPerWeight, layout }).map(({ parts }) =>
    parts.map(({ array }) => array),
  );
  return [...new Map(homes.map((home) => [home.join(), home])).values()];
};

function largestBlock(sites: ReturnType<typeof sitesOf>) {
  const sizes = sites.map(({ rows, columns, parts }) => ({
    rows,
    columns: Math.floor(columns / (parts[0]?.devices.length ?? 1)),
  }));
  const [largest] = sizes.sort((a, b) => b.rows * b.columns - a.rows * a.columns);
  if (largest === undefined || largest.columns < 1 || largest.rows < 1)
    throw new LabError("DOES_NOT_FIT", "there is no room for a single weight", {
      next: "name a larger --region, or avoid less",
    });
  return largest;
}

/** What will be pulsed, for people: a line for each rectangle. */
export const placesOf = ({ tiles }: Pick<Course, "tiles">): string[] =>
  tiles.map(
    ({ region, layer }) => `${regionText(region)} (${layer === 0 ? "levels" : `layer ${layer - 1}`})`,
  );
