/**
 * The 90 nm, million-device chip of Sebastian 2017, Le Gallo 2018 and Joshi 2020 ("Fusion"; FACTS 1.1).
 * Values tagged [M] are unpublished or from memory: defaults that a profile of your own should replace.
 */

import type { DeviceParameters } from "../../device/parameters.ts";
import type { ChipProfile } from "../profile.ts";

const fusionDevice: DeviceParameters = {
  // [M] Above the 25 uS that Joshi maps to (FACTS 1.3) and inside the 0-50 uS read range of Le Gallo 2018 (FACTS 1.1).
  set: { medianSiemens: 35e-6, logSpread: 0.1 },
  // [M] Near the programming spread 0.26 uS of the zero level (FACTS 7.1, c0).
  // [M] The exponent: a dome that is twice as large conducts half as much.
  floor: { medianSiemens: 0.2e-6, logSpread: 0.5, currentExponent: 1 },
  // [M] The 80-400 uA of Joshi's programming loop (FACTS 1.2) must span SET to floor; 440-450 uA is a full RESET (FACTS 1.1, 1.2).
  // Within that, the half current decides how slowly the loop creeps up on the lowest levels: 200 uA leaves 3 % more error at g = 0.1.
  half: { medianAmperes: 208e-6, logSpread: 0.07 },
  slope: { medianAmperes: 25e-6, logSpread: 0.1 },
  // [M] Together below the 0.9 % of devices that did not converge (FACTS 1.2).
  // [M] Few: a device shorted at more than G_max costs a network far more than an open one (FACTS 8.5), and the paper's network lost 0.1 %.
  stuckSetProbability: 0.00002,
  stuckResetProbability: 0.001,
  // [M] A few devices in a thousand need many more SET pulses than the others.
  slow: { probability: 0.002, factor: 4 },
  // [M] 1e8 to 1e9 cycles are reported of mushroom cells; most end open, some shorted.
  endurance: { medianPulses: 3e8, logSpread: 0.7, openShare: 0.7 },
  // [M] Nanoseconds at this size; 50 ns pulses RESET fully (FACTS 1.2), the 10 ns that the board can make do not.
  melt: { thermalSeconds: 5e-9 },
  // "No pulse if < 25 uA" (Sebastian 2017, FACTS 1.1).
  onsetAmperes: 25e-6,
  // [M] Partial SET by 50 ns pulses of 50-100 uA takes tens of pulses (FACTS 1.1); 1 us pulses of 160-60 uA SET fully (FACTS 1.2).
  crystallisation: { seconds: 150e-9, peakAmperes: 130e-6, logWidth: 0.6 },
  // FACTS 2: blind SET pulses of 90 uA and 50 ns. [M] Where the steps end: after a pulse and a half, 75 ns.
  gradual: {
    pulseAmperes: 90e-6,
    pulseSeconds: 50e-9,
    incubationPulses: 1.5,
    memoryPulses: 2.6,
    mean: { siemens: 0.88e-6, share: -0.084, memorySiemens: 1.4e-6 },
    spread: { siemens: 0.26e-6, share: 0.091, memorySiemens: 2.15e-6 },
    minSiemens: 0.1e-6,
    maxSiemens: 12e-6,
  },
  // [M] "A few per cent"; with it a plain program-and-verify needs about ten pulses, inside the 55 of FACTS 1.2.
  cycle: { logSpread: 0.05, siemens: 0.02e-6 },
  // FACTS 7.1: aihwkit PCMLikeNoiseModel, calibrated on this array.
  drift: {
    gMaxSiemens: 25e-6,
    referenceSeconds: 20,
    nuMean: { kind: "logarithmic", slope: -0.0155, offset: 0.0244, min: 0.049, max: 0.1 },
    nuSpread: { kind: "logarithmic", slope: -0.0125, offset: -0.0059, min: 0.008, max: 0.045 },
  },
  // [M] Not published. Fitted to the programming error of FACTS 7.1 at 25 s, which read noise alone misses by 13 % around
  // g = 0.5. It begins about when the loop verifies, some milliseconds after a pulse.
  relaxation: { spread: 0.043, startSeconds: 1e-3 },
  // [M] Amorphous GST conducts with 0.2 to 0.3 eV; relaxation advances in proportion to k_B T ln t, hence 1/300 a kelvin.
  temperature: { referenceKelvin: 300, activationElectronVolts: 0.2, driftPerKelvin: 0.0033 },
  // [M] No disturb is reported at these voltages; this is a tenth after a hundred thousand million reads.
  readDisturb: { sharePerRead: 1e-12, voltsPerE: 0.05 },
  // FACTS 7.1: Q_s = min(0.0088 / g^0.65, 0.2), t_read = 250 ns.
  readNoise: {
    readSeconds: 250e-9,
    relative: { kind: "power", coefficient: 0.0088, exponent: -0.65, max: 0.2 },
  },
};

export const fusion1m: ChipProfile = {
  name: "fusion-1m",
  model: "FUSION-1M",
  manufacturer: "pcmlab",
  // FACTS 9.
  follows: [
    "programming error, drift exponents and read noise: PCMLikeNoiseModel of IBM/aihwkit (inference/noise/pcm.py), with exponents of 0.049 to 0.1 by state and pure 1/f noise; not the mean exponent of 0.06 and the 1/f^1.21 of Joshi et al. 2020, nor the constant 0.04 of the SET-pulse model",
    "reference time of drift: 20 s of aihwkit, held before it; not the 25 s of the first reading of Joshi et al. 2020 or the 38.6 s of the SET-pulse model",
    "gradual SET: Nandakumar et al., J. Appl. Phys. 124, 152135 (2018), as implemented in SRNN-PCM (xbar.py); its own drift and read noise are not used",
    "read voltage: 0.1 to 0.3 V of Le Gallo et al. 2018, which holds the 0.2 V of Sebastian et al. 2017 and the 0.3 V remembered of Joshi et al. 2020",
    "shortest pulse: the 10 ns remembered of Joshi et al. 2020; not the 50 ns of Sebastian et al. 2017",
  ],
  // FACTS 1.1: 512 word lines x 2048 bit lines.
  // Poly-silicon reference resistors calibrate the read-out (FACTS 1.1); [M] their number and values.
  arrays: [
    { name: "A", rows: 512, columns: 2048 },
    {
      name: "REF",
      rows: 5,
      columns: 2048,
      referenceSiemens: [0, 5e-6, 10e-6, 20e-6, 40e-6],
      referenceTolerance: 1e-3,
    },
  ],
  read: {
    // FACTS 1.1: 8-bit cyclic ADC, 1 us a read, 0.1-0.3 V, 0-50 uS (Le Gallo 2018).
    adcBits: 8,
    fullScaleSiemens: 50e-6,
    minVolts: 0.1,
    maxVolts: 0.3,
    sampleSeconds: 1e-6,
    maxAverages: 255,
  },
  program: {
    // [M] 12 bits for the off-chip source of Vprog; 0-500 uA and 10 ns as remembered of Joshi 2020 (FACTS 1.1). Le Gallo's 400 ns,
    // Sebastian's 1 us and the edges of a SET pulse lie inside 10 us.
    dacBits: 12,
    fullScaleAmperes: 500e-6,
    maxAmperes: 500e-6,
    minWidthSeconds: 10e-9,
    maxWidthSeconds: 10e-6,
    maxTrailingSeconds: 10e-6,
    maxSteps: 64,
  },
  // [M] all of it. A 90 nm driver on 3.3 V: 500 uA for 10 us are 16.5 nJ, for 1 us 1.65 nJ; nothing published takes more than 1 us
  // at 450 uA, 1.5 nJ. A thirtieth of the endurance that devices of this kind are said to have. Room temperature to the 85 degrees
  // of consumer parts. Half of the time in pulses for 10 s; the programming loop of FACTS 1.2 spends less, since it reads as well.
  envelope: {
    supplyVolts: 3.3,
    maxPulseJoules: 5e-9,
    maxPulsesPerCell: 10_000_000,
    maxDuty: 0.5,
    dutySeconds: 20,
    minKelvin: 273,
    maxKelvin: 358,
  },
  maxCellsPerRequest: 65_536,
  // [M] Not published; pulses follow each other without a gap.
  timing: { pulseSettleSeconds: 0 },
  // [M] A front end that does not spoil the last bit, and what is left after the calibration of the board.
  converter: {
    whiteNoiseCodes: 0.3,
    gainSpread: 0.005,
    offsetSpreadCodes: 0.1,
    dacGainSpread: 0.01,
    dacStepSpread: 0.3,
    resistorSpread: 0.001,
  },
  // [M] A resistor and a slow converter of 16 bits on the board.
  currentSense: { noiseAmperes: 20e-9, sampleSeconds: 100e-6 },
  device: fusionDevice,
};
