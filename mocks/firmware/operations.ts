/** The operations of the pcmlab protocol as commands of the emulated firmware. */

import { advanceTime } from "../../firmware-protocol/operation/advance-time.ts";
import { chipTemperature } from "../../firmware-protocol/operation/chip-temperature.ts";
import { chipTime } from "../../firmware-protocol/operation/chip-time.ts";
import { describeChip } from "../../firmware-protocol/operation/describe-chip.ts";
import { lastOperation } from "../../firmware-protocol/operation/last-operation.ts";
import { readRegion } from "../../firmware-protocol/operation/read-region.ts";
import { safeOff } from "../../firmware-protocol/operation/safe-off.ts";
import { setTemperature } from "../../firmware-protocol/operation/set-temperature.ts";
import { trueConductance } from "../../firmware-protocol/operation/true-conductance.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { ScpiFault } from "../../firmware-protocol/scpi/errors.ts";
import { assertReadAllowed } from "../../src/chip/limits.ts";
import { assertInside } from "../../src/chip/region.ts";
import type { Command } from "./command.ts";
import { currentCommand } from "./current-command.ts";
import { lockCommands } from "./lock-commands.ts";
import { mvmCommand } from "./mvm-command.ts";
import { operationCommand } from "./operation-command.ts";
import { programCommands } from "./program-commands.ts";
import { pulseCommands } from "./pulse-commands.ts";

export const operationCommands: readonly Command[] = [
  operationCommand(describeChip, (board) => ({ json: JSON.stringify(board.descriptor) })),
  operationCommand(lastOperation, (board) => ({
    bootId: board.bootId,
    lastOperationId: board.lastPulse?.operationId ?? 0,
  })),
  operationCommand(chipTime, (board) => ({ chipSeconds: board.chipSeconds })),
  operationCommand(chipTemperature, (board) => ({ temperatureKelvin: board.array.temperatureKelvin() })),
  operationCommand(safeOff, (board) => {
    board.program?.abort();
    return {};
  }),
  operationCommand(readRegion, (board, { region, averages, readVolts, mask }) => {
    const options = { averages, readVolts, ...(mask !== undefined && { mask }) };
    assertReadAllowed(board.array.descriptor, region, options);
    const firstSampleSeconds = board.chipSeconds;
    const { codeSums, saturatedCells, endSeconds } = board.array.read(region, options, firstSampleSeconds);
    board.chipSeconds = endSeconds;
    const lastSampleSeconds = Math.max(
      firstSampleSeconds,
      endSeconds - board.array.descriptor.read.sampleSeconds,
    );
    return {
      firstSampleSeconds,
      lastSampleSeconds,
      temperatureKelvin: board.array.temperatureKelvin(),
      saturatedCells,
      codeSums,
    };
  }),
  mvmCommand,
  currentCommand,
  ...pulseCommands,
  ...programCommands,
  ...lockCommands,
  operationCommand(advanceTime, (board, { untilSeconds }, { session }) => {
    if (!board.clock.canSkip) throw new ScpiFault(1002, "the clock follows real time, wait for it");
    board.lock?.assertAllows(session);
    board.program?.runUntil(untilSeconds);
    board.chipSeconds = untilSeconds;
    return { chipSeconds: board.chipSeconds };
  }),
  operationCommand(setTemperature, (board, { kelvin }, { session }) => {
    if (!board.array.descriptor.features.includes("set-temperature"))
      throw new ScpiFault(1002, "the temperature of this chip cannot be set");
    board.lock?.assertAllows(session);
    board.array.setTemperature(kelvin, board.chipSeconds);
    return { temperatureKelvin: board.array.temperatureKelvin() };
  }),
  operationCommand(trueConductance, (board, { region }) => {
    assertInside(region, board.array.descriptor);
    return { siemens: board.array.conductances(region, board.chipSeconds) };
  }),
  operationCommand(trueWear, (board, { region }) => {
    assertInside(region, board.array.descriptor);
    return { pulses: board.array.pulseCounts(region) };
  }),
];
