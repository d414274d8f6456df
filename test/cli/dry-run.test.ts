/** `pcmlab program --dry-run`: what it says, and that it leaves chip, store and ledger alone. */

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { perform } from "../../drivers/instrument/perform.ts";
import { Session } from "../../drivers/instrument/session.ts";
import { chipTime } from "../../firmware-protocol/operation/chip-time.ts";
import type { ChipProfile } from "../../mocks/array/profile.ts";
import { tiny } from "../../mocks/array/profiles/tiny.ts";
import { type PoweredChip, powerUp } from "../../mocks/host/power-up.ts";
import { hostOnTcp } from "../../mocks/host/tcp-host.ts";
import { dryRun } from "../../src/cli/actions/dry-run.ts";
import { program } from "../../src/cli/actions/program.ts";
import type { Context } from "../../src/cli/context.ts";
import { openEmulated, ownDescriptor } from "../../src/cli/dry-run/emulated-chip.ts";
import { meteredLine } from "../../src/cli/dry-run/metered-line.ts";
import { trainJoules } from "../../src/cli/dry-run/pulse-meter.ts";
import { standInFor } from "../../src/cli/dry-run/stand-in.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { systemClock } from "../../src/core/system-clock.ts";
import { ledgerPath } from "../../src/store/ledger/place.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { freshPath } from "../store/temp-folder.ts";
import { smallNetwork } from "../system/small-network.ts";

const options = { baud: 921_600, gmax: "25uS", bias: "array", scale: "layer", devices: 2 } as const;

function contextOf(printed: string[] = []): Context {
  const timer = new VirtualTimer();
  const stream = { write: (text: string) => printed.push(text) };
  return {
    clock: systemClock,
    timer,
    prng: seededPrng(1),
    output: new Output({ stdout: stream, stderr: stream }, systemClock, { json: false, quiet: true }),
    stop: new AbortController().signal,
    boards: new OpenBoards(timer),
    commandLine: ["program"],
  };
}

/** A chip on a TCP port, and the files of a user in a folder of their own. */
async function bench(profile: ChipProfile = tiny) {
  const store = freshPath();
  const folder = dirname(store);
  const network = join(folder, "small.onnx");
  writeFileSync(network, smallNetwork);
  const chip = powerUp({ profile, seed: 3 }, { bootId: 1, life: "bench" });
  const host = await hostOnTcp(chip.firmware, 0, new VirtualTimer());
  onTestFinished(() => host.close());
  const words = { ...options, network, store, ledger: folder, converterCalibration: "nominal" } as const;
  return { chip, folder, args: { ...words, chip: `127.0.0.1:${host.port}` } };
}

const stateOf = ({ state }: PoweredChip): string =>
  JSON.stringify([...state().arrays].map(([name, values]) => [name, Array.from(values)]));

describe("a dry run of a connected chip", () => {
  test("says what programming costs, and leaves chip, store and ledger as they are", async () => {
    const { chip, folder, args } = await bench();
    await program(args, contextOf());
    const files = [args.store, ledgerPath(folder, chip.firmware.descriptor)];
    const before = { state: stateOf(chip), bytes: files.map((file) => readFileSync(file)) };
    const worn = Math.max(...(chip.state().arrays.get("pulses") ?? []));
    const printed: string[] = [];

    const estimate = await dryRun(args, contextOf(printed));

    expect(stateOf(chip)).toBe(before.state);
    expect(files.map((file) => readFileSync(file))).toEqual(before.bytes);
    expect(estimate.emulated.profile).toBe("tiny");
    expect(estimate.devices).toBe(320);
    expect(estimate.wear).toMatchObject({ before: worn, ledger: files[1] });
    // The network lies where it lay, so the cells that were pulsed are pulsed again.
    expect(estimate.wear.after).toBeGreaterThan(worn);
    expect(estimate.wear.shareAfter).toBe(estimate.wear.after / 10_000_000);
    expect(estimate.speed.bytesPerSecond).toBeGreaterThan(0);
    const { secondsOnLine, chipSeconds, traffic, speed } = estimate;
    expect(traffic.roundTrips).toBeGreaterThanOrEqual(estimate.mostPulsesOfDevice - 6);
    expect(secondsOnLine).toBeGreaterThan(chipSeconds + traffic.roundTrips * (speed.roundTripSeconds ?? 0));
    expect(printed.join("")).toContain("the chip was asked, and got no pulse");
  });

  test("refuses what the real wear of a cell does not leave room for", async () => {
    const { args } = await bench();
    await program({ ...args, maxPulsesPerCell: 60 }, contextOf());
    await expect(dryRun({ ...args, maxPulsesPerCell: 60 }, contextOf())).rejects.toMatchObject({
      code: "LIMIT",
    });
  });

  test("has the devices stuck that the user marks", async () => {
    const { folder, args } = await bench();
    const marks = join(folder, "marks.csv");
    const lines = Array.from({ length: 64 }, (_, row) => `0,${row},0,low`);
    writeFileSync(marks, ["array,row,column,state", ...lines].join("\n"));
    const [plain, marked] = [
      await dryRun(args, contextOf()),
      await dryRun({ ...args, avoid: [marks] }, contextOf()),
    ];
    expect(marked.emulated.knownStuckDevices).toBe(64);
    // The 16 rows of the network have one marked device each, which gets no pulse.
    expect(marked.outcomes.skipped).toBe(16);
    expect(plain.outcomes.skipped).toBe(0);
  });
});

test("a dry run without a chip needs no store: its line is the one of --baud, its yield adds up", async () => {
  const { args } = await bench();
  const { chip: _, store: __, ...rest } = args;
  const estimate = await dryRun({ ...rest, profile: "tiny" }, contextOf());
  expect(estimate.chip).toBeNull();
  expect(estimate.wear).toMatchObject({ before: 0, after: estimate.mostPulsesOfDevice });
  const { sentBytes, receivedBytes } = estimate.traffic;
  expect(estimate.secondsOnLine).toBeCloseTo(estimate.chipSeconds + (sentBytes + receivedBytes) / 92_160, 9);
  expect(Object.values(estimate.outcomes).reduce((sum, devices) => sum + devices, 0)).toBe(320);
  const levels = estimate.error.levels.map(({ devices }) => devices);
  expect(levels.reduce((sum, devices) => sum + devices, 0)).toBeGreaterThan(310);
  // FACTS.md 7.1: 0.26 to 1.1 µS by level.
  expect(estimate.error.rmsSiemens).toBeGreaterThan(0.2e-6);
  expect(estimate.error.rmsSiemens).toBeLessThan(1.5e-6);
  // Every pulse lies between 60 µA x 50 ns and 400 µA x 1 µs at 3.3 V (FACTS.md 1.2).
  expect(estimate.joules).toBeGreaterThan(estimate.pulses * 3.3 * 60e-6 * 50e-9);
  expect(estimate.joules).toBeLessThan(estimate.pulses * 3.3 * 400e-6 * 1e-6);
  await expect(dryRun(rest, contextOf())).rejects.toMatchObject({ code: "USAGE" });
});

test("a board that programs by itself is counted by what it says of its cells", async () => {
  const { args } = await bench();
  const { chip: _, store: __, ...rest } = args;
  const dry = { ...rest, profile: "tiny" };
  const [byHost, byBoard] = [
    await dryRun(dry, contextOf()),
    await dryRun({ ...dry, algorithm: "on-board" }, contextOf()),
  ];
  expect(byBoard.algorithm).toBe("on-board");
  expect(byBoard.wear.after).toBe(byBoard.mostPulsesOfDevice);
  expect(byBoard.pulses / byHost.pulses).toBeGreaterThan(0.8);
  expect(byBoard.pulses / byHost.pulses).toBeLessThan(1.25);
  // All pulses of its loop count as the largest.
  expect(byBoard.joules).toBeGreaterThan(byHost.joules ?? Number.POSITIVE_INFINITY);
  expect(byBoard.traffic.sentBytes).toBeLessThan(byHost.traffic.sentBytes / 2);
});

describe("the emulated chip that stands for a real one", () => {
  const { descriptor } = powerUp({ profile: tiny, seed: 1 }, { bootId: 1 }).firmware;

  test("is the built-in one of its model", () => {
    expect(standInFor(descriptor, undefined)).toBe(tiny);
    expect(standInFor({ ...descriptor, model: "OTHER" }, tiny)).toBe(tiny);
  });

  test("is refused with all that differs", () => {
    const read = { ...descriptor.read, adcBits: 7 };
    const program = { ...descriptor.program, maxAmperes: 1e-4 };
    expect(() => standInFor({ ...descriptor, read, program }, undefined)).toThrow(
      /read\.adcBits is 8 against 7; program\.maxAmperes is .* against 0\.0001/,
    );
    expect(() => standInFor({ ...descriptor, model: "OTHER" }, undefined)).toThrow("no built-in profile");
  });
});

test("known stuck devices of the emulated chip are stuck: an open reads nothing, a short stays at SET", async () => {
  const stuck = [
    { array: 0, row: 3, column: 5, state: "low" },
    { array: 0, row: 3, column: 6, state: "high" },
  ] as const;
  const { board } = await openEmulated(tiny, { descriptor: ownDescriptor(tiny), stuck }, new VirtualTimer());
  const region = { array: 0, row: 3, column: 4, rows: 1, columns: 4 };
  const read = async () => [...(await board.read(region, { averages: 1, readVolts: 0.3 })).codeSums];
  const [, openCode, ...others] = await read();
  expect(openCode).toBeLessThan(5);
  expect(Math.min(...others)).toBeGreaterThan(40);
  // RESET: FACTS.md 1.2, 450 µA x 50 ns, in codes of 500 µA full scale.
  const reset = { amplitudeCode: Math.round((450 / 500) * 4095), widthSeconds: 50e-9, trailingSeconds: 0 };
  await board.pulse(region, { kind: "shared", mask: new Uint8Array(4).fill(1), steps: [reset] });
  const [healthy, , shortCode, neighbour] = await read();
  expect(shortCode).toBeGreaterThan(40);
  expect(healthy).toBeLessThan(10);
  expect(neighbour).toBeLessThan(10);
});

test("the energy of a train is that of its pulses", () => {
  const shape = { widthSeconds: 1e-6, trailingSeconds: 2e-6 };
  const codes = Uint16Array.of(0, 100, 300);
  // 2 V x 400 codes x 1 µA x (1 µs + 2 µs / 2).
  expect(trainJoules({ kind: "per-cell", shape, amplitudeCodes: codes }, 2, 1e-6)).toBeCloseTo(1.6e-9, 18);
  const steps = [
    { amplitudeCode: 100, widthSeconds: 1e-6, trailingSeconds: 0 },
    { amplitudeCode: 200, widthSeconds: 1e-6, trailingSeconds: 0 },
  ];
  expect(trainJoules({ kind: "shared", mask: Uint8Array.of(1, 0, 1), steps }, 2, 1e-6)).toBeCloseTo(
    1.2e-9,
    18,
  );
});

test("requests under way together share a round trip, one after the other they do not", async () => {
  const { firmware } = powerUp({ profile: tiny, seed: 1 }, { bootId: 1 });
  const { transport, traffic } = meteredLine(firmware.openLine());
  const session = new Session(transport, new VirtualTimer());
  const ask = () => perform(session, chipTime, {});
  await Promise.all([ask(), ask(), ask()]);
  expect(traffic().roundTrips).toBe(1);
  for (let i = 0; i < 4; i++) await ask();
  expect(traffic().roundTrips).toBe(5);
  // Two chains of three requests each, side by side.
  const chain = async () => {
    for (let i = 0; i < 3; i++) await ask();
  };
  await Promise.all([chain(), chain()]);
  expect(traffic().roundTrips).toBe(8);
});
