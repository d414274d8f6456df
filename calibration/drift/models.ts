/** Laws of drift that readings are compared with, as ln G over x = ln(age / reference age). */

export const modelNames = ["power", "floor", "two"] as const;
export type ModelName = (typeof modelNames)[number];

export interface DriftModel {
  readonly name: ModelName;
  /** The first parameter is ln G at the reference age (G in S), the second the exponent nu at that age or before the break. */
  readonly parameters: number;
  /** Whether ln G is linear in all of them. */
  readonly linear: boolean;
  /** Parameters to begin with, from those of a power law. */
  start(lnSiemens: number, nu: number): Float64Array;
  /** ln G at each x into `values`, and its derivative by parameter p at x[i] into columns[i * parameters + p]. */
  predict(at: Float64Array, x: Float64Array, values: Float64Array, columns: Float64Array): void;
  /** The nearest parameters that the law allows, in place. */
  hold(at: Float64Array): void;
}

/** G = G_ref (t / t_ref)^-nu (Pirovano et al., IEEE Trans. Electron Devices 51 (2004) 714). */
export const powerLaw: DriftModel = {
  name: "power",
  parameters: 2,
  linear: true,
  start: (lnSiemens, nu) => Float64Array.of(lnSiemens, nu),
  predict(at, x, values, columns) {
    for (let i = 0; i < x.length; i++) {
      values[i] = at[0]! - at[1]! * x[i]!;
      columns[2 * i] = 1;
      columns[2 * i + 1] = -x[i]!;
    }
  },
  hold() {},
};

/** A larger floor leaves nothing of which the exponent could be told. */
const largestFloor = 0.95;

/** G = G_ref ((1 - f) (t / t_ref)^-nu + f): a part f of the conductance at the reference age does not drift. */
export const powerWithFloor: DriftModel = {
  name: "floor",
  parameters: 3,
  linear: false,
  start: (lnSiemens, nu) => Float64Array.of(lnSiemens, 2 * nu, 0.5),
  predict(at, x, values, columns) {
    const [level = 0, nu = 0, floor = 0] = at;
    for (let i = 0; i < x.length; i++) {
      const drifting = Math.exp(-nu * x[i]!);
      const whole = (1 - floor) * drifting + floor;
      values[i] = level + Math.log(whole);
      columns[3 * i] = 1;
      columns[3 * i + 1] = (-x[i]! * (1 - floor) * drifting) / whole;
      columns[3 * i + 2] = (1 - drifting) / whole;
    }
  },
  hold(at) {
    at[1] = Math.max(-1, Math.min(2, at[1]!));
    at[2] = Math.max(0, Math.min(largestFloor, at[2]!));
  },
};

/** A power law whose exponent changes at an age: before it the second parameter, after it the third. @param breakX x of that age. */
export const twoExponents = (breakX: number): DriftModel => ({
  name: "two",
  parameters: 3,
  linear: true,
  start: (lnSiemens, nu) => Float64Array.of(lnSiemens, nu, nu),
  predict(at, x, values, columns) {
    const [level = 0, before = 0, after = 0] = at;
    for (let i = 0; i < x.length; i++) {
      const early = Math.min(x[i]!, breakX);
      const late = Math.max(0, x[i]! - breakX);
      values[i] = level - before * early - after * late;
      columns[3 * i] = 1;
      columns[3 * i + 1] = -early;
      columns[3 * i + 2] = -late;
    }
  },
  hold() {},
});
