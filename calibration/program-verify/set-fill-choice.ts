/**
 * Which devices of one sign stay SET, which is RESET and which one is programmed in between, from what they read when all are SET: the
 * sum is the target, and at most one is neither SET nor RESET. Source: FACTS.md 8.3 b (claim 20 of US 12,254,222). For two devices
 * that leaves {RESET, analog}, {SET, analog} and {SET, SET}, and {SET, RESET} where the target happens to be one SET conductance.
 */

export interface SetFill {
  /** Indices of the devices. */
  readonly set: readonly number[];
  /** The device in between and its target (S); none when the SET devices alone are near enough, or are all that there is. */
  readonly analog?: { readonly device: number; readonly siemens: number };
}

/**
 * @param setSiemens what each device reads when it is SET, S. @param target S, not negative.
 * @param nearSiemens the error that needs no analog device.
 */
export function chooseSetFill(setSiemens: readonly number[], target: number, nearSiemens: number): SetFill {
  const choices = subsets(setSiemens.length).map(
    (set): Choice => choiceOf(set, setSiemens, target, nearSiemens),
  );
  // The least conductance in between: the smaller it is, the smaller its error (FACTS.md 7.4), and the fuller the others.
  return choices.reduce((best, choice) => (choice.cost < best.cost ? choice : best)).fill;
}

interface Choice {
  readonly fill: SetFill;
  readonly cost: number;
}

function choiceOf(
  set: readonly number[],
  setSiemens: readonly number[],
  target: number,
  nearSiemens: number,
): Choice {
  const left = target - set.reduce((sum, device) => sum + setSiemens[device]!, 0);
  const free = [...setSiemens.keys()].filter((device) => !set.includes(device));
  if (Math.abs(left) <= nearSiemens) return { fill: { set }, cost: Math.abs(left) };
  if (left < 0) return { fill: { set }, cost: Number.POSITIVE_INFINITY };
  // The one that is melted least.
  const able = free.filter((device) => setSiemens[device]! >= left);
  const device = able.sort((a, b) => setSiemens[a]! - setSiemens[b]!)[0];
  if (device !== undefined)
    return { fill: { set, analog: { device, siemens: left } }, cost: nearSiemens + left };
  // More than these can hold: what is missing costs more than any analog device.
  return { fill: { set }, cost: unreachable + left };
}

/** Above every conductance, S. */
const unreachable = 1;

/** All sets of indices below `count`, the empty one first. */
const subsets = (count: number): number[][] =>
  Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (_, index) => index).filter((index) => (bits >> index) % 2 === 1),
  );
