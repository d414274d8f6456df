/** A made-up validation. */

import type {
  ValidatedLoss,
  ValidatedSource,
  ValidationDocument,
} from "../../src/store/validation-document.ts";

const loss = (share: number): ValidatedLoss => ({ accuracy: 0.9 - share, loss: share, halfWidth: 0.004 });
const errors = (mvmError: number) => ({ mvmError, correlation: 0.99, effectiveBits: 3.2 });

export const validatedSource = (name = "run.db"): ValidatedSource => ({
  ...{ name, emulated: true, stores: [name], accuracy: 0.89, drop: 0.01, deviation: null },
  instances: [{ chip: name, name, accuracy: 0.89, correct: 890 }],
  interval: { low: 0.87, high: 0.91 },
  intervalOver: "images",
  layers: [
    {
      ...{ name: "conv1", rows: 27, columns: 16, own: errors(0.08), accumulated: errors(0.08) },
      random: { mvmError: 0.1, residual: 0.09 },
      outliers: [
        {
          instance: name,
          column: 3,
          error: 0.6,
          robustZ: 7.5,
          suspicion: "a gain of 1.60: <b>no markup</b>",
        },
      ],
    },
    {
      ...{ name: "fc", rows: 57, columns: 10, own: errors(0.05), accumulated: errors(0.12) },
      ...{ random: { mvmError: 0.07, residual: 0.06 }, outliers: [] },
    },
  ],
  levels: [
    {
      ...{ targetSiemens: 0, devices: 400, meanSiemens: 0.1e-6, biasSiemens: 0.1e-6 },
      ...{ sigmaSiemens: 0.3e-6, publishedSigmaSiemens: 0.264e-6 },
    },
    {
      ...{ targetSiemens: 25e-6, devices: 30, meanSiemens: 21e-6, biasSiemens: -4e-6 },
      ...{ sigmaSiemens: 1.4e-6, publishedSigmaSiemens: 1.055e-6 },
    },
  ],
  attribution: {
    effects: [
      { name: "mapping", alone: loss(0), added: loss(0), compensated: loss(0) },
      { name: "programming", alone: loss(0.004), added: loss(0.004), compensated: loss(0.004) },
      { name: "drift", alone: loss(0.02), added: loss(0.03), compensated: loss(0.006) },
    ],
    together: loss(0.034),
    remainder: 0.01,
    compensation: { name: "gdc", alone: loss(0), added: loss(-0.024) },
    total: loss(0.01),
  },
  reading: { readings: 1, measuredSiemens: null, publishedSiemens: 0.4e-6, errorSiemens: 3e-6 },
});

export const validationOf = (): ValidationDocument => ({
  ...{ network: "net.onnx", ageSeconds: 86_400, compensation: "gdc", modelled: "", images: 1000 },
  digital: { accuracy: 0.9, correct: 900, interval: { low: 0.88, high: 0.92 } },
  sources: [validatedSource(), validatedSource("emulated tiny")],
  passed: null,
  checks: [],
  notes: ["one reading cannot be told from its noise"],
});
