/** The size of the noise of one device: from its own residuals and what is known of its kind, each by its degrees of freedom. */

import { student95 } from "./student.ts";

export interface DeviceScale {
  /** Half width of a 95 % interval in standard errors. */
  readonly factor: number;
  /** Variance of the noise over that of the kind, from the squares of the device's residuals. */
  variance(squares: number): number;
}

/** @param priorFreedom infinite where all devices of the kind are equally noisy (Smyth 2004, section 6.2). */
export function deviceScale(priorFreedom: number, freedom: number): DeviceScale {
  if (priorFreedom === Number.POSITIVE_INFINITY) return { factor: student95(1e9), variance: () => 1 };
  return {
    factor: student95(freedom + priorFreedom),
    variance: (squares) => (priorFreedom + squares) / (priorFreedom + freedom),
  };
}
