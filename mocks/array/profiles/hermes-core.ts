/**
 * One core of the 14 nm HERMES chips (FACTS 8.1, 8.2): 256 x 256 unit cells of four devices each, one array a device.
 * The core's parallel MVM is not emulated yet: a later issue adds it, and with it the "mvm" feature of the descriptor.
 * Values tagged [M] are unpublished or from memory: defaults that a profile of your own should replace.
 */

import type { ChipProfile } from "../profile.ts";

const unitCells = { rows: 256, columns: 256 } as const;

export const hermesCore: ChipProfile = {
  name: "hermes-core",
  model: "HERMES-CORE",
  manufacturer: "pcmlab",
  // FACTS 8.1: pairs (G1+, G2+) and (G1-, G2-).
  arrays: ["G1+", "G2+", "G1-", "G2-"].map((name) => ({ name, ...unitCells })),
  read: {
    // FACTS 8.1: CCO ADCs with more than 8 bits, used as 8. FACTS 7.4: t_read 512 ns, one conversion here.
    adcBits: 8,
    // [M] G_max of one device is 10.35 uS (FACTS 7.4) and the SET states above it must fit.
    fullScaleSiemens: 25e-6,
    // [M] Read pulses of V_cm +- V_read (FACTS 8.1), amplitude unpublished.
    minVolts: 0.1,
    maxVolts: 0.2,
    sampleSeconds: 512e-9,
    maxAverages: 255,
  },
  program: {
    // [M] all of it: the programming circuit of the core is not described in FACTS 8.1.
    dacBits: 10,
    fullScaleAmperes: 500e-6,
    maxAmperes: 400e-6,
    minWidthSeconds: 20e-9,
    maxWidthSeconds: 5e-6,
    maxTrailingSeconds: 5e-6,
    maxSteps: 64,
  },
  maxCellsPerRequest: 65_536,
  // [M]
  timing: { pulseSettleSeconds: 0 },
  // [M]
  converter: { whiteNoiseCodes: 0.3 },
  device: {
    // [M] "Wide SET distribution" (FACTS 8.2) around a value above G_max 10.35 uS.
    set: { medianSiemens: 14e-6, logSpread: 0.15 },
    // [M] Near the programming spread 0.158 uS of the zero level (FACTS 7.4, c0 for one device).
    floor: { medianSiemens: 0.1e-6, logSpread: 0.5 },
    // [M] Smaller heater than at 90 nm, so smaller currents.
    half: { medianAmperes: 150e-6, logSpread: 0.08 },
    slope: { medianAmperes: 20e-6, logSpread: 0.1 },
    // [M] Below the 1 % of unit cells that cannot be programmed (FACTS 8.2).
    stuckSetProbability: 0.00002,
    stuckResetProbability: 0.001,
    // [M] Scaled with the other currents from the 25 uA of FACTS 1.1.
    onsetAmperes: 20e-6,
    // [M]
    crystallisation: { seconds: 150e-9, peakAmperes: 100e-6, logWidth: 0.6 },
    // [M]
    cycle: { logSpread: 0.05, siemens: 0.02e-6 },
    // FACTS 7.4: HermesNoiseModel, one device.
    drift: {
      gMaxSiemens: 10.35e-6,
      referenceSeconds: 200,
      nuMean: {
        kind: "logarithmic",
        slope: -0.0387,
        offset: -0.0182,
        min: 0.072,
        max: 0.13,
        polynomial: { from: 0.0945, coefficients: [0.0736, -0.0126, -0.0436] },
      },
      nuSpread: {
        kind: "logarithmic",
        slope: -0.012,
        offset: -0.0023,
        min: 0.0124,
        max: 0.04,
        polynomial: { from: 0.3039, coefficients: [0.0104, 0.0116, -0.0165] },
      },
    },
    readNoise: {
      readSeconds: 512e-9,
      relative: {
        kind: "logarithmic",
        slope: -0.0078,
        offset: 0.0038,
        min: 0.0179,
        max: 0.04,
        polynomial: { from: 0.1591, coefficients: [0.0088, 0.0768, -0.1352, 0.0664] },
      },
    },
  },
};
