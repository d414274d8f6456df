/** For how long an MVM may use conductances that were computed earlier. */

/** Soon after a pulse devices relax in proportion to ln(t), so that their conductances are held for ever longer times. */
const youngSeconds: readonly number[] = [0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

/**
 * The chip time (s) whose conductances an MVM at `atSeconds` sees: chip time in steps of `holdSeconds`, in shorter steps just
 * after the latest pulse of the devices. Components of the 1/f noise that are faster than the step change with it instead.
 *
 * It depends on nothing but the two times, so that a chip that was saved and loaded, or that did other MVMs before, answers
 * with the same bytes.
 */
export function heldTime(atSeconds: number, latestPulseSeconds: number, holdSeconds: number): number {
  const step = Math.floor(atSeconds / holdSeconds) * holdSeconds;
  const age = atSeconds - latestPulseSeconds;
  const young = youngSeconds.findLast((seconds) => seconds <= age && seconds <= holdSeconds) ?? 0;
  return Math.max(step, latestPulseSeconds + young);
}
