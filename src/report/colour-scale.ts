/** Viridis (Smith and van der Walt 2015): even steps for the eye, safe for the colour-blind, readable in grey. */

type Colour = readonly [number, number, number];

const anchors: readonly Colour[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 74, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [109, 205, 89],
  [180, 222, 44],
  [253, 231, 37],
];

/** The colour at a share of the scale from 0 to 1. */
export function viridis(share: number): Colour {
  const position = Math.max(0, Math.min(1, share)) * (anchors.length - 1);
  const below = Math.min(anchors.length - 2, Math.floor(position));
  const low = anchors[below]!;
  const high = anchors[below + 1]!;
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * (position - below));
  return [mix(low[0], high[0]), mix(low[1], high[1]), mix(low[2], high[2])];
}

/** The whole scale from left to right, for a style attribute. */
export const viridisGradient = `linear-gradient(to right, ${anchors.map((colour) => `rgb(${colour.join(" ")})`).join(", ")})`;
