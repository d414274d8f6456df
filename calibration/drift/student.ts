/** How far from an estimate its 95 % interval reaches when its standard error was itself estimated. */

/** Of the normal distribution, two-sided 95 %. */
export const normal95 = 1.959963984540054;

/**
 * Two-sided 95 % quantile of Student's t distribution: G. W. Hill, Algorithm 396, Communications of the ACM 13 (1970) 619,
 * exact for 1 and 2 degrees of freedom, within 1e-4 from there on. NaN for none.
 */
export function student95(freedom: number): number {
  const outside = 0.05;
  if (!(freedom >= 1)) return Number.NaN;
  if (freedom < 1.5) return 1 / Math.tan((outside * Math.PI) / 2);
  if (freedom < 2.5) return Math.sqrt(2 / (outside * (2 - outside)) - 2);
  const n = freedom;
  const a = 1 / (n - 0.5);
  const b = 48 / a ** 2;
  const c = ((20700 / b) * a - 98) * a - 16;
  const start = c * a + 96.36;
  const d = ((94.5 / (b + start) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * n;
  const y = (d * outside) ** (2 / n);
  return Math.sqrt(n * (y > 0.05 + a ? farSquare(n, a, b, start, d) : nearSquare(n, y, d)));
}

/** t^2 / n by an asymptotic expansion about the normal quantile. */
function farSquare(n: number, a: number, b: number, start: number, d: number): number {
  const x = -normal95;
  const corrected = n < 5 ? start + 0.3 * (n - 4.5) * (x + 0.6) : start;
  const c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + corrected;
  const square = x * x;
  const y = (((((0.4 * square + 6.3) * square + 36) * square + 94.5) / c - square - 3) / b + 1) * x;
  return Math.expm1(a * y * y);
}

/** t^2 / n by the expansion for few degrees of freedom. */
const nearSquare = (n: number, y: number, d: number): number =>
  ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1) *
    ((n + 1) / (n + 2)) +
  1 / y;
