/** An emulated chip that is calibrated, programmed with levels and read into a store, all within the process and in virtual time. */

import { measureConverters } from "../../calibration/converter/measure.ts";
import { methodFor } from "../../calibration/methods/methods.ts";
import { openRemoteChip } from "../../drivers/chip/remote-chip.ts";
import { trueConductance } from "../../firmware-protocol/operation/true-conductance.ts";
import type { ChipProfile } from "../../mocks/array/profile.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { powerUp } from "../../mocks/host/power-up.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import type { Region } from "../../src/chip/region.ts";
import type { WeightBlock } from "../../src/chip/weight-block.ts";
import { keepCalibration } from "../../src/cli/actions/calibrate.ts";
import { seededPrng } from "../../src/core/prng.ts";
import type { Store } from "../../src/store/store.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { beginRun } from "../store/synthetic.ts";

export const gmaxSiemens = 25e-6;

export interface Experiment {
  readonly profile: ChipProfile;
  readonly seed: number;
  /** Of weights, two devices each. */
  readonly rows: number;
  readonly columns: number;
  /** Over gmax; each equally often, of either sign. */
  readonly levels: readonly number[];
  readonly agesSeconds: readonly number[];
  /** Whether the converters are calibrated first. */
  readonly calibrated?: boolean;
}

export interface Experimented {
  /** Of each device: what it was aimed at, what it holds at the reference time of drift (S; none when it is read earlier), and what became of it. */
  readonly targets: Float32Array;
  readonly truth: Float32Array;
  readonly outcomes: Uint8Array;
}

const reading = { averages: 5, readVolts: 0.3 };

/** Fills an empty store. */
export async function experiment(store: Store, plan: Experiment): Promise<Experimented> {
  const { firmware } = powerUp({ profile: plan.profile, seed: plan.seed }, { bootId: 1 });
  const chip = await openRemoteChip(inProcessTransport(firmware.openLine()), new VirtualTimer());
  const run = beginRun(store, "program", 0);
  store.chips.attach(run, chip.descriptor);
  if (plan.calibrated === true) {
    const done = await measureConverters(chip, { signal: new AbortController().signal });
    keepCalibration(store, run, done, { wallSeconds: 0, validSeconds: 1e6 });
  }
  const latest = store.calibrations.latest();
  const calibration =
    latest === undefined ? nominalCalibration(chip.descriptor) : store.calibrations.converters(latest.id);
  const block = blockOf(plan);
  const region = block.parts[0]!.region;
  const net = netOf(plan);
  const method = methodFor("melt-quench", chip.descriptor, {}, gmaxSiemens);
  const done = await method.program(chip, block, net, { calibration });
  const { tiles } = store.networks.put(networkOf(plan, region));
  const start = store.programmings.begin({ tile: tiles[0]!.id, run, wallSeconds: 0 });
  const programming = store.programmings.add({
    start,
    complete: true,
    algorithm: { name: method.name, parameters: method.parameters },
    startedChipSeconds: done.startSeconds,
    endedChipSeconds: done.endSeconds,
    bootNote: "boot 1",
    cells: {
      targetSiemens: done.targets,
      outcomes: done.outcomes,
      iterations: done.iterations,
      pulses: done.pulses,
    },
  });
  const { referenceSeconds } = plan.profile.device.drift;
  let truth = new Float32Array();
  for (const age of plan.agesSeconds) {
    if (truth.length === 0 && age >= referenceSeconds) {
      await chip.waitUntil(done.endSeconds + referenceSeconds);
      truth = Float32Array.from((await chip.perform(trueConductance, { region })).siemens);
    }
    await chip.waitUntil(done.endSeconds + age);
    const readout = await chip.read(region, reading);
    store.readouts.add({
      ...{ programming, run, requestedAgeSeconds: age, bootId: 1, wallSeconds: 0, calibration, readout },
    });
  }
  return { targets: done.targets, truth, outcomes: done.outcomes };
}

const blockOf = ({ rows, columns }: Experiment): WeightBlock => ({
  rows,
  columns,
  devicesPerWeight: 2,
  parts: [{ region: { array: 0, row: 0, column: 0, rows, columns: 2 * columns }, devices: [0, 1] }],
});

function netOf({ rows, columns, levels, seed }: Experiment): Float32Array {
  const random = seededPrng(seed);
  return Float32Array.from({ length: rows * columns }, () => {
    const level = levels[random.below(levels.length)]! * gmaxSiemens;
    return random.below(2) === 0 ? level : -level;
  });
}

const networkOf = ({ rows, columns }: Experiment, region: Region) => ({
  name: "levels.onnx",
  onnx: new TextEncoder().encode("levels"),
  gmaxSiemens,
  options: {},
  layers: [
    {
      index: 0,
      name: "levels",
      kind: "gemm",
      rows,
      columns,
      siemensPerWeight: new Float64Array(columns).fill(gmaxSiemens),
      clipping: { weights: 0, largestError: 0 },
      hasBiasRow: false,
    },
  ],
  tiles: [{ layer: 0, firstRow: 0, firstColumn: 0, rows, columns, region, devices: [0, 1] }],
});
