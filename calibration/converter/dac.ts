/** The programming DAC: current against code as the board measured it. */

import { fitLine } from "./line-fit.ts";

export interface DacFit {
  /** Slope of the best straight line (A per code), and the current that it has at code 0. */
  readonly amperesPerCode: number;
  readonly offsetAmperes: number;
  /** Relative to the descriptor's gain, less one. */
  readonly gainError: number;
  /** Largest distance from the best straight line (integral nonlinearity), codes, and where it is. */
  readonly nonlinearityCodes: number;
  readonly worstCode: number;
  /** What is out of tolerance, in words; empty when nothing is. */
  readonly faults: readonly string[];
}

export interface DacTolerance {
  /** Relative error of the gain. */
  readonly gain: number;
  readonly nonlinearityCodes: number;
  readonly offsetCodes: number;
}

/**
 * Our choice: a gain that is five per cent off moves a pulse of 200 µA by 10 µA, and devices go from SET to RESET over some 25 µA (the
 * slope of the fusion-1m profile); a step that is eight codes off moves it by 1 µA where the DAC has 12 bits for 500 µA.
 */
export const dacTolerance: DacTolerance = { gain: 0.05, nonlinearityCodes: 8, offsetCodes: 8 };

/**
 * @param codes rising, two at least; code 0 is no current by definition and takes no part. @param amperes measured, one for each code.
 * @throws RangeError for fewer than two codes above 0.
 */
export function fitDac(
  codes: Uint16Array,
  amperes: Float32Array,
  nominalAmperesPerCode: number,
  tolerance: DacTolerance = dacTolerance,
): DacFit {
  const driven = [...codes.keys()].filter((n) => codes[n]! > 0);
  const x = driven.map((n) => codes[n]!);
  const y = driven.map((n) => amperes[n]!);
  const line = fitLine(
    x,
    y,
    x.map(() => 1),
  );
  if (line === undefined) throw new RangeError("a DAC needs two codes above 0");
  let worst = 0;
  let worstCode = 0;
  for (const [n, code] of x.entries()) {
    const distance = Math.abs(y[n]! - line.intercept - line.slope * code);
    if (distance <= worst) continue;
    worst = distance;
    worstCode = code;
  }
  const fit = {
    amperesPerCode: line.slope,
    offsetAmperes: line.intercept,
    gainError: line.slope / nominalAmperesPerCode - 1,
    nonlinearityCodes: worst / nominalAmperesPerCode,
    worstCode,
  };
  return { ...fit, faults: faultsOf(fit, nominalAmperesPerCode, tolerance) };
}

function faultsOf(
  { gainError, nonlinearityCodes, worstCode, offsetAmperes }: Omit<DacFit, "faults">,
  nominalAmperesPerCode: number,
  tolerance: DacTolerance,
): string[] {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const offset = offsetAmperes / nominalAmperesPerCode;
  return [
    // Written so that NaN is a fault.
    ...(Math.abs(gainError) <= tolerance.gain
      ? []
      : [`gain ${percent(gainError)} off, tolerated ${percent(tolerance.gain)}`]),
    ...(nonlinearityCodes <= tolerance.nonlinearityCodes
      ? []
      : [
          `code ${worstCode} lies ${nonlinearityCodes.toFixed(1)} codes off the line, tolerated ${tolerance.nonlinearityCodes}`,
        ]),
    ...(Math.abs(offset) <= tolerance.offsetCodes
      ? []
      : [`offset ${offset.toFixed(1)} codes, tolerated ${tolerance.offsetCodes}`]),
  ];
}
