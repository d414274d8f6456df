/** The gamma function, and the derivatives of its logarithm: mean and variance of the logarithm of a chi square. */

/** Where the asymptotic series begin to be good to 1e-8. */
const far = 8;

/** psi(x), x > 0 (Abramowitz and Stegun 6.3.5 and 6.3.18). */
export function digamma(x: number): number {
  let sum = 0;
  let y = x;
  for (; y < far; y++) sum -= 1 / y;
  const r = 1 / y ** 2;
  return sum + Math.log(y) - 1 / (2 * y) - r * (1 / 12 - r * (1 / 120 - r / 252));
}

/** psi'(x), x > 0 (Abramowitz and Stegun 6.4.6 and 6.4.12). */
export function trigamma(x: number): number {
  let sum = 0;
  let y = x;
  for (; y < far; y++) sum += 1 / y ** 2;
  const r = 1 / y ** 2;
  return sum + 1 / y + r / 2 + (r / y) * (1 / 6 - r * (1 / 30 - r / 42));
}

/** Gamma(x), x > 0, by Stirling's series of its logarithm (Abramowitz and Stegun 6.1.15 and 6.1.41). */
export function gamma(x: number): number {
  let product = 1;
  let y = x;
  for (; y < far; y++) product *= y;
  const r = 1 / y ** 2;
  const series = (1 / 12 - r * (1 / 360 - r / 1260)) / y;
  return Math.exp((y - 0.5) * Math.log(y) - y + Math.log(2 * Math.PI) / 2 + series) / product;
}
