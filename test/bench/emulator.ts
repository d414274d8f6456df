/**
 * The speed of the emulated silicon: physics alone, a whole programming in process, the same programming through an emulator
 * process and a pseudo-terminal, and the MVM; and its memory.
 */

import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { joshi2020 } from "../../calibration/program-verify/parameters.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import { connectChip } from "../../drivers/chip/connect.ts";
import { openRemoteChip } from "../../drivers/chip/remote-chip.ts";
import { type Crossbar, createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { powerUp } from "../../mocks/host/power-up.ts";
import type { Chip } from "../../src/chip/chip.ts";
import { largestDacCode } from "../../src/chip/descriptor.ts";
import { withLimits } from "../../src/chip/limits.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { cellCount, type Region } from "../../src/chip/region.ts";
import { systemTimer } from "../../src/core/system-clock.ts";
import type { Network } from "../../src/network/layer.ts";
import { mapLayer, tileTargets } from "../../src/network/mapping.ts";
import { placeNetwork } from "../../src/network/placement.ts";
import { readNetwork } from "../../src/network/read.ts";
import type { Figures } from "./main.ts";
import { measuredEmulator } from "./measured-process.ts";
import { measuredMemory } from "./memory.ts";
import { measuredMvm } from "./mvm.ts";

const profile = builtinProfile("fusion-1m");
const seed = 1;
const gmaxSiemens = 25e-6;
const physicsSeconds = 2;

/** The compiled file lies one folder deeper than its source. */
const root = join(import.meta.dirname, "../../..");
const resnet = join(root, "../shared/data/resnet32/resnet32.onnx");
const digits = join(root, "examples/digits/digits.onnx");

export async function emulator(): Promise<Figures> {
  const loadBefore = loadavg()[0];
  // First what has one chip in the process, as an emulator has: V8 reads two kinds of chips half as fast as one.
  const crossbar = createCrossbar(profile, seed);
  const path = existsSync(resnet) ? resnet : digits;
  const network = readNetwork(await readFile(path), { bias: "array" });
  const pulses = measuredPulses(crossbar);
  const reads = measuredReads(crossbar, 1);
  const readsOfFive = measuredReads(crossbar, 5);
  const inProcess = await programInProcess(network);
  const overPty = await programOverPty(network);
  const { mvmOverMatMul, ...mvm } = await measuredMvm();
  const fusionMemory = await measuredMemory("fusion-1m");
  const hermesMemory = await measuredMemory("hermes-core");
  return {
    readsPerSecond: reads.mean,
    pulsesPerSecond: pulses.mean,
    readsPerSecondFastest: reads.fastest,
    pulsesPerSecondFastest: pulses.fastest,
    programSecondsInProcess: inProcess.seconds,
    programPtyOverInProcess: overPty.seconds / inProcess.seconds,
    mvmOverMatMul,
    bytesPerDevice: Math.max(fusionMemory.all, hermesMemory.all),
    memory: { "fusion-1m": fusionMemory, "hermes-core": hermesMemory },
    mvm,
    conversionsPerSecondOfFiveAverages: 5 * readsOfFive.mean,
    programSecondsPty: overPty.seconds,
    programCpuSecondsInProcess: inProcess.cpuSeconds,
    programmed: {
      network: path === resnet ? "ResNet-32" : "digits, because ../shared/data is not here",
      devices: inProcess.devices,
      pulses: inProcess.pulses,
      pulsesPty: overPty.pulses,
    },
    cores: availableParallelism(),
    loadBefore,
    loadAfter: loadavg()[0],
  };
}

/** As many cells as one request may have: whole rows. */
const columns = profile.arrays[0]?.columns ?? 1;
const block: Region = {
  array: 0,
  row: 0,
  column: 0,
  rows: Math.floor(profile.maxCellsPerRequest / columns),
  columns,
};

/** Device reads a second, each of `averages` conversions, of devices a day after their pulses. */
function measuredReads(crossbar: Crossbar, averages: number): Rate {
  return ratePerSecond((repetition) => {
    crossbar.read(block, { averages, readVolts: profile.read.maxVolts }, 86_400 + repetition);
    return cellCount(block);
  });
}

/** Pulses of 400 ns with the currents of a programming loop, 80 to 400 uA. */
function measuredPulses(crossbar: Crossbar): Rate {
  const codesPerAmpere = largestDacCode(crossbar.descriptor) / profile.program.fullScaleAmperes;
  const amplitudeCodes = Uint16Array.from({ length: cellCount(block) }, (_, cell) =>
    Math.round((80e-6 + 320e-6 * ((cell * 0.618) % 1)) * codesPerAmpere),
  );
  const shape = { widthSeconds: 400e-9, trailingSeconds: 0 };
  return ratePerSecond(
    (repetition) => crossbar.pulse(block, { kind: "per-cell", shape, amplitudeCodes }, repetition).pulses,
  );
}

interface Rate {
  /** Over the whole time. */
  readonly mean: number;
  /** Of the fastest of the windows: what the core reaches while no other process has a part of it. */
  readonly fastest: number;
}

const windows = 20;

/** `work` returns how much it did; the first call only warms up the compiler. */
function ratePerSecond(work: (repetition: number) => number): Rate {
  work(0);
  let repetition = 1;
  let all = 0;
  const begin = performance.now();
  const rates = Array.from({ length: windows }, () => {
    const start = performance.now();
    let done = 0;
    while (performance.now() - start < (physicsSeconds * 1000) / windows) done += work(repetition++);
    all += done;
    return Math.round(done / ((performance.now() - start) / 1000));
  });
  return { mean: Math.round(all / ((performance.now() - begin) / 1000)), fastest: Math.max(...rates) };
}

interface Programmed {
  readonly seconds: number;
  /** Of this process, all its threads; beside the wall time it shows how much of the machine others had. */
  readonly cpuSeconds: number;
  readonly devices: number;
  readonly pulses: number;
}

async function programInProcess(network: Network): Promise<Programmed> {
  const { firmware } = powerUp({ profile, seed }, { bootId: 1 });
  const chip = await openRemoteChip(inProcessTransport(firmware.openLine()), systemTimer);
  return programmed(withLimits(chip), network);
}

async function programOverPty(network: Network): Promise<Programmed> {
  const folder = await mkdtemp(join(tmpdir(), "pcmlab-bench-"));
  const words = ["--profile", profile.name, "--seed", String(seed), "--pty", "./chip"];
  const server = await measuredEmulator(words, folder);
  try {
    const chip = await connectChip(join(folder, "chip"), { timer: systemTimer, baudRate: 921_600 });
    const done = await programmed(withLimits(chip), network);
    await chip.close();
    return done;
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What `pcmlab program` does, without the store. */
async function programmed(chip: Chip, network: Network): Promise<Programmed> {
  const { tiles, usedDevices } = placeNetwork(network.layers, chip.descriptor);
  const options = { parameters: joshi2020, calibration: nominalCalibration(chip.descriptor) };
  const start = performance.now();
  const cpu = process.cpuUsage();
  let pulses = 0;
  for (const tile of tiles) {
    const layer = network.layers[tile.layer];
    if (layer === undefined) throw new RangeError(`there is no layer ${tile.layer}`);
    const mapping = mapLayer(layer, { scale: { kind: "layer" }, gmaxSiemens, devicesPerWeight: 2 });
    const done = await programRegion(chip, tile.region, tileTargets(layer, tile, mapping), options);
    pulses += done.pulses.reduce((sum, count) => sum + count, 0);
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    devices: usedDevices,
    pulses,
  };
}
