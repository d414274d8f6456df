/** A HERMES core without its imperfections, so that what is left can be computed. */

import { builtinProfile, type ChipProfile } from "../../mocks/array/profile.ts";

const hermes = builtinProfile("hermes-core");
const zeros = [0, 0, 0, 0, 0];

export interface CoreOptions {
  readonly rows: number;
  readonly columns: number;
  readonly outputBits?: number;
  readonly fullScaleSiemens?: number;
  readonly wireOhms?: number;
  /** False: neither devices nor converters have noise, and the converters are alike. */
  readonly noisy?: boolean;
}

/** `hermes-core` of another size, by default with all its imperfections. */
export function coreOf({ rows, columns, noisy = true, ...changes }: CoreOptions): ChipProfile {
  const arrays = hermes.arrays.slice(0, 4).map(({ name }) => ({ name, rows, columns }));
  const own = hermes.mvm!;
  const {
    outputBits = 8,
    fullScaleSiemens = own.ability.fullScaleSiemens,
    wireOhms = own.wireOhms,
  } = changes;
  const mvm = { ...own, wireOhms, ability: { ...own.ability, outputBits, fullScaleSiemens } };
  const profile = { ...hermes, arrays, mvm };
  if (noisy) return profile;
  const relative = { kind: "power", coefficient: 1e-12, exponent: 0, max: 1e-12 } as const;
  return {
    ...profile,
    converter: { ...hermes.converter, whiteNoiseCodes: 0, gainSpread: 0, offsetSpreadCodes: 0 },
    mvm: { ...mvm, conversionNoiseCodes: 0, deviceNoise: { slope: zeros, offsetSiemens: zeros } },
    device: { ...hermes.device, readNoise: { ...hermes.device.readNoise, relative } },
  };
}
