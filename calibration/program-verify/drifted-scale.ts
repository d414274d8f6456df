/** How much of their targets the weights of a band still have on average. */

/** Weights that lost more than this are no drifted ones, and those that gained are not drifted at all. */
const leastScale = 0.2;

/**
 * The factor that brings the targets closest to the net conductances (least squares), between 0.2 and 1: what drift has left of all
 * of them alike, t^-nu with the mean exponent (FACTS.md 1.4). 1 for a band whose targets are all zero.
 * @param targets S, signed, one a weight. @param net measured net conductances (S) of the same weights.
 */
export function driftedScale(targets: Float32Array, net: Float32Array): number {
  let products = 0;
  let squares = 0;
  for (let weight = 0; weight < targets.length; weight++) {
    products += targets[weight]! * net[weight]!;
    squares += targets[weight]! * targets[weight]!;
  }
  return squares === 0 ? 1 : Math.min(1, Math.max(leastScale, products / squares));
}
