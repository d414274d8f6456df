/**
 * What a campaign does next: a pure function of the time and of the slots that are open.
 *
 * The theory: a drift experiment wants its readings at ages that were fixed before, so the due times never slip, whatever readings and
 * absences take. What is due is read in the order of its due times, as soon as may be, and stamped with its true time. When a later
 * slot of the same subject is due as well, the earlier one would say nothing that the later does not: it is missed.
 */

export interface Due<Id = number, SubjectId = number> {
  readonly id: Id;
  readonly subject: SubjectId;
  readonly ageSeconds: number;
  readonly dueSeconds: number;
}

/** A slot that was overtaken by the next one of its subject. */
export interface Overtaken<Slot> {
  readonly slot: Slot;
  readonly bySeconds: number;
}

export type Step<Slot> =
  | { readonly kind: "miss"; readonly overtaken: readonly Overtaken<Slot>[] }
  | { readonly kind: "read"; readonly slot: Slot }
  | { readonly kind: "wait"; readonly untilSeconds: number }
  | { readonly kind: "done" };

/** @param open in the order of their due times. */
export function nextStep<Slot extends Due<unknown, unknown>>(
  nowSeconds: number,
  open: readonly Slot[],
): Step<Slot> {
  const overtaken = overtakenBy(nowSeconds, open);
  if (overtaken.length > 0) return { kind: "miss", overtaken };
  const [first] = open;
  if (first === undefined) return { kind: "done" };
  return isDue(first, nowSeconds)
    ? { kind: "read", slot: first }
    : { kind: "wait", untilSeconds: first.dueSeconds };
}

/** The slots that nothing will be read for any more. @param open in the order of their due times. */
export function overtakenBy<Slot extends Due<unknown, unknown>>(
  nowSeconds: number,
  open: readonly Slot[],
): Overtaken<Slot>[] {
  const future = open.findIndex((slot) => !isDue(slot, nowSeconds));
  const due = future < 0 ? open : open.slice(0, future);
  const next = new Map<unknown, number>();
  const overtaken: Overtaken<Slot>[] = [];
  for (const slot of due.toReversed()) {
    const bySeconds = next.get(slot.subject);
    if (bySeconds !== undefined) overtaken.push({ slot, bySeconds });
    next.set(slot.subject, slot.dueSeconds);
  }
  return overtaken.reverse();
}

/** Chip clocks are told in nanoseconds, as decimal fractions: a clock that was waited for may stand a rounding before the time. */
const clockRounding = 1e-6;

const isDue = ({ dueSeconds }: Due<unknown, unknown>, nowSeconds: number): boolean =>
  dueSeconds <= nowSeconds + clockRounding;

/** On the logarithmic axis of drift two parts in a hundred of an age are nothing; below 50 s a second is what a line may take. */
const lateFraction = 0.02;
const lateSeconds = 1;

/** Twenty-five seconds and four minutes are a decade apart on that axis: what is read so late does not say what its age says. */
const decade = 10;
/** Of an age of 0, which has no decade. */
const youngestSeconds = 1;

/** Whether a reading that began then may still bear the age of its slot. */
export const isOfItsAge = (
  { ageSeconds, dueSeconds }: Due<unknown, unknown>,
  startedSeconds: number,
): boolean => startedSeconds - dueSeconds + ageSeconds <= decade * Math.max(ageSeconds, youngestSeconds);

/** Whether a reading that began then is late, and not on time. */
export const isLate = ({ ageSeconds, dueSeconds }: Due<unknown, unknown>, startedSeconds: number): boolean =>
  startedSeconds - dueSeconds > Math.max(lateSeconds, lateFraction * ageSeconds);
