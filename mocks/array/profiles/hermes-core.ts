/**
 * One core of the 14 nm HERMES chips (FACTS 8.1, 8.2): 256 x 256 unit cells of four devices each, one array a device.
 * Values tagged [M] are unpublished or from memory: defaults that a profile of your own should replace.
 */

import type { ChipProfile } from "../profile.ts";

const unitCells = { rows: 256, columns: 256 } as const;

export const hermesCore: ChipProfile = {
  name: "hermes-core",
  model: "HERMES-CORE",
  manufacturer: "pcmlab",
  follows: [
    "programming error, drift exponents and read noise: HermesNoiseModel of IBM/aihwkit (inference/noise/hermes.py) for one device, with the reference time of 200 s; not the values for two devices (300 s)",
    "converters: Khaddam-Aljameh et al., JSSC 57:1027 (2022): 8 bits, 130 ns an MVM, gain spread of 7.09 % after calibration",
    "gradual SET: the 90 nm model of Nandakumar et al. 2018, scaled to this device; no model of the 14 nm device is published",
  ],
  // FACTS 8.1: pairs (G1+, G2+) and (G1-, G2-).
  // [M] The reference resistors.
  arrays: [
    ...["G1+", "G2+", "G1-", "G2-"].map((name) => ({ name, ...unitCells })),
    {
      name: "REF",
      rows: 5,
      columns: 256,
      referenceSiemens: [0, 2.5e-6, 5e-6, 10e-6, 20e-6],
      referenceTolerance: 1e-3,
    },
  ],
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
  // [M] all of it, as for the Fusion chip; the programming supply of a 14 nm core is lower.
  envelope: {
    supplyVolts: 1.8,
    maxPulseJoules: 2e-9,
    maxPulsesPerCell: 10_000_000,
    maxDuty: 0.5,
    dutySeconds: 20,
    minKelvin: 273,
    maxKelvin: 358,
  },
  maxCellsPerRequest: 65_536,
  // [M]
  timing: { pulseSettleSeconds: 0 },
  // FACTS 8.1: 7.09 % gain spread after calibration. [M] the rest.
  converter: {
    whiteNoiseCodes: 0.3,
    gainSpread: 0.0709,
    offsetSpreadCodes: 0.5,
    dacGainSpread: 0.01,
    dacStepSpread: 0.3,
    resistorSpread: 0.001,
  },
  // [M] A resistor and a slow converter of 16 bits on the board.
  currentSense: { noiseAmperes: 20e-9, sampleSeconds: 100e-6 },
  device: {
    // [M] "Wide SET distribution" (FACTS 8.2) around a value above G_max 10.35 uS.
    set: { medianSiemens: 14e-6, logSpread: 0.15 },
    // [M] Near the programming spread 0.158 uS of the zero level (FACTS 7.4, c0 for one device).
    floor: { medianSiemens: 0.13e-6, logSpread: 0.5, currentExponent: 1 },
    // [M] Smaller heater than at 90 nm, so smaller currents.
    half: { medianAmperes: 150e-6, logSpread: 0.08 },
    slope: { medianAmperes: 20e-6, logSpread: 0.1 },
    // [M] Below the 1 % of unit cells that cannot be programmed (FACTS 8.2).
    stuckSetProbability: 0.00002,
    stuckResetProbability: 0.001,
    // [M] As for the Fusion chip.
    slow: { probability: 0.002, factor: 4 },
    endurance: { medianPulses: 3e8, logSpread: 0.7, openShare: 0.7 },
    melt: { thermalSeconds: 5e-9 },
    // [M] Scaled with the other currents from the 25 uA of FACTS 1.1.
    onsetAmperes: 20e-6,
    // [M]
    crystallisation: { seconds: 150e-9, peakAmperes: 100e-6, logWidth: 0.6 },
    // FACTS 2 is for the 90 nm chip; [M] scaled to this device by its SET conductance and its currents.
    gradual: {
      pulseAmperes: 70e-6,
      pulseSeconds: 50e-9,
      incubationPulses: 1.5,
      memoryPulses: 2.6,
      mean: { siemens: 0.35e-6, share: -0.084, memorySiemens: 0.56e-6 },
      spread: { siemens: 0.1e-6, share: 0.091, memorySiemens: 0.86e-6 },
      minSiemens: 0.04e-6,
      maxSiemens: 4.8e-6,
    },
    // [M]
    cycle: { logSpread: 0.05, siemens: 0.06e-6 },
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
    // [M] Fitted to the programming error of FACTS 7.4 (one device) at t_0, with the loop of FACTS 8.2.
    relaxation: { spread: 0.18, startSeconds: 1e-3 },
    // [M] As for the Fusion chip.
    temperature: { referenceKelvin: 300, activationElectronVolts: 0.2, driftPerKelvin: 0.0033 },
    readDisturb: { sharePerRead: 1e-12, voltsPerE: 0.05 },
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
  mvm: {
    ability: {
      // FACTS 8.1: 8-bit PWM, conversions used as 8 bits.
      inputBits: 8,
      outputBits: 8,
      // [M] Four standard deviations of 256 uniform inputs times weights whose standard deviation is a quarter of two devices' G_max.
      fullScaleSiemens: 200e-6,
      // [M] As for reading.
      readVolts: 0.2,
      // FACTS 8.1: 130 ns. Four of them are the 521 ns of FACTS 8.2.
      phaseSeconds: 130e-9,
      phases: [1, 4],
      plusArrays: [0, 1],
      minusArrays: [2, 3],
      // [M] What a board with a megabyte for each of inputs and outputs takes.
      maxVectors: 4096,
    },
    // [M] As for reading.
    conversionNoiseCodes: 0.3,
    // FACTS 7.6: g_ratio = 1 / 0.35 ohm / 5 uS for lines that are as dense.
    wireOhms: 0.35,
    // FACTS 7.6: input-dependent read noise.
    deviceNoise: {
      slope: [0.00021926, -0.00187352, 0.00655714, -0.0146159, 0.02578764],
      offsetSiemens: [1.11906167e-9, -9.08576764e-9, 3.07015063e-8, -6.77079241e-8, 1.17763144e-7],
    },
    // [M] A choice of the emulator, not of the chip: 1 % of a decade of drift passes in 10 ms only when a device is younger than 0.5 s.
    holdSeconds: 10e-3,
  },
};
