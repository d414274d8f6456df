import { describe, expect, test } from "vitest";
import { joshi2020, parametersFor } from "../../calibration/program-verify/parameters.ts";
import { assertPossible } from "../../calibration/program-verify/possible.ts";
import { programRegion } from "../../calibration/program-verify/program-region.ts";
import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { hermesCore } from "../../mocks/array/profiles/hermes-core.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { withLimits } from "../../src/chip/limits.ts";
import { cellOutcomes } from "../../src/chip/outcome.ts";
import { nominalCalibration } from "../../src/chip/readout.ts";
import { smallDescriptor } from "../chip/numerical-chip.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";

describe("parameters for a chip", () => {
  test("are the published ones wherever it can do them", () => {
    expect(parametersFor(smallDescriptor)).toEqual(joshi2020);
  });

  test("are scaled currents and the nearest reading on a weaker chip", () => {
    const { read, program } = smallDescriptor;
    const weaker = {
      ...smallDescriptor,
      read: { ...read, maxVolts: 0.2, maxAverages: 3 },
      program: { ...program, maxAmperes: 250e-6 },
    };
    const parameters = parametersFor(weaker);
    expect(parameters).toMatchObject({ averages: 3, readVolts: 0.2, marginSiemens: 0.25e-6 });
    expect(parameters.reset.amperes).toBeCloseTo(225e-6, 12);
    expect(parameters.maxAmperes).toBeCloseTo(200e-6, 12);
    expect(parameters.gainAmperesPerSiemens).toBeCloseTo(joshi2020.gainAmperesPerSiemens / 2, 12);
    assertPossible(parameters, weaker);
  });
});

function openHermes(): Promise<RemoteChip> {
  const firmware = new Firmware(createCrossbar(hermesCore, 3), 1);
  return openRemoteChip(inProcessTransport(firmware.openLine()), new VirtualTimer());
}

test("a core of HERMES is programmed within its limits, most devices to their targets up to 10 µS", async () => {
  const board = await openHermes();
  const chip = withLimits(board);
  const targets = Float32Array.from({ length: 16 * 256 }, (_, cell) => (cell % 11) * 1e-6);
  const region = { array: 0, row: 0, column: 0, rows: 16, columns: 256 };
  const { outcomes } = await programRegion(chip, region, targets, {
    parameters: parametersFor(chip.descriptor),
    calibration: nominalCalibration(chip.descriptor),
  });
  const converged = outcomes.filter((code) => cellOutcomes[code] === "converged").length;
  expect(converged / targets.length).toBeGreaterThan(0.99);
  await board.close();
});
