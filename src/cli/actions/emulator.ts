/** Serves an emulated chip until it is told to stop. */

import { firstDifference } from "../../../mocks/array/profile-difference.ts";
import type { ChipState } from "../../../mocks/array/state.ts";
import { type ChipClock, followingClock, virtualClock } from "../../../mocks/firmware/chip-clock.ts";
import type { Firmware } from "../../../mocks/firmware/firmware.ts";
import { type ChipIdentity, powerUp } from "../../../mocks/host/power-up.ts";
import { hostOnPty, type PtyHost } from "../../../mocks/host/pty-host.ts";
import { assertSavable, loadState, saveState } from "../../../mocks/host/state-file.ts";
import { hostOnTcp, type TcpHost } from "../../../mocks/host/tcp-host.ts";
import { LabError } from "../../core/errors.ts";
import { mix32 } from "../../core/prng.ts";
import { formatDuration } from "../../core/units.ts";
import type { Context } from "../context.ts";
import { loadProfile } from "./profile.ts";

export interface EmulatorArguments {
  /** A name or a file; fusion-1m, or the profile of the saved chip, when missing. */
  readonly profile?: string | undefined;
  /** 1, or the seed of the saved chip, when missing. */
  readonly seed?: number | undefined;
  readonly pty?: string | undefined;
  readonly tcp?: number | undefined;
  /** "virtual", "wall" or a factor like "60x". */
  readonly time: string;
  readonly load?: string | undefined;
  readonly save?: string | undefined;
  readonly untilStdinCloses: boolean;
}

/** What `--json` prints when the emulator is ready. */
export interface EmulatorReady {
  readonly profile: string;
  readonly seed: number;
  readonly serialNumber: string;
  readonly time: string;
  readonly chipSeconds: number;
  readonly pty: string | null;
  readonly device: string | null;
  readonly tcpPort: number | null;
}

export async function emulate(args: EmulatorArguments, context: Context): Promise<void> {
  if (args.pty === undefined && args.tcp === undefined) {
    throw new LabError("USAGE", "the emulator has no cable", {
      next: "give it --pty PATH, --tcp PORT or both",
    });
  }
  const clockFrom = clockOf(args.time, context);
  const origin = args.load === undefined ? freshChip(args) : await savedChip(args.load, args);
  if (args.save !== undefined) await assertSavable(args.save);
  const chip = powerUp(origin, { bootId: bootIdOf(context), clockFrom });
  const { firmware } = chip;
  const { pty, tcp } = await plugIn(firmware, args, context);
  const ready: EmulatorReady = {
    profile: chip.profile.name,
    seed: chip.seed,
    serialNumber: firmware.descriptor.serialNumber,
    time: args.time,
    chipSeconds: firmware.memory.chipSeconds,
    pty: args.pty ?? null,
    device: pty?.device ?? null,
    tcpPort: tcp?.port ?? null,
  };
  context.output.result(ready, readyText(ready));
  await untilStopped(context.stop, args.untilStdinCloses);
  await Promise.all([pty?.close(), tcp?.close()]);
  process.stdin.destroy();
  if (args.save !== undefined) {
    const state = chip.state();
    await saveState(args.save, state);
    context.output.note(`saved to ${args.save} at chip time ${formatDuration(state.chipSeconds)}`);
  }
  process.exit(0);
}

/** Serves both cables or none: a pseudo-terminal without its emulator would keep this process alive. */
async function plugIn(
  firmware: Firmware,
  args: EmulatorArguments,
  { timer }: Context,
): Promise<{ pty: PtyHost | undefined; tcp: TcpHost | undefined }> {
  const tcp = args.tcp === undefined ? undefined : await hostOnTcp(firmware, args.tcp, timer);
  if (args.pty === undefined) return { pty: undefined, tcp };
  try {
    return { pty: await hostOnPty(firmware, args.pty, timer), tcp };
  } catch (failure) {
    await tcp?.close();
    throw failure;
  }
}

function freshChip({ profile = "fusion-1m", seed = 1 }: EmulatorArguments): ChipIdentity {
  return { profile: loadProfile(profile), seed };
}

/** @throws LabError BAD_PROFILE when the state is not the chip that --profile and --seed ask for. */
async function savedChip(path: string, { profile, seed }: EmulatorArguments): Promise<ChipState> {
  const state = await loadState(path);
  const next = "leave --profile and --seed away to go on with the saved chip";
  if (seed !== undefined && seed !== state.seed)
    throw new LabError("BAD_PROFILE", `state ${path} is the chip of seed ${state.seed}, --seed is ${seed}`, {
      next,
    });
  if (profile === undefined) return state;
  const difference = firstDifference(state.profile, loadProfile(profile));
  if (difference === undefined) return state;
  throw new LabError(
    "BAD_PROFILE",
    `state ${path} is a chip of another profile than --profile ${profile}, or of another version of it: ${difference}`,
    { next },
  );
}

const fastestFactor = 1e6;

/** @throws LabError USAGE when the word is not known. */
function clockOf(time: string, context: Context): (startSeconds: number) => ChipClock {
  if (time === "virtual") return virtualClock;
  const factor = time === "wall" ? 1 : Number(/^(\d+\.?\d*)x$/.exec(time)?.[1] ?? Number.NaN);
  if (factor > 0 && factor <= fastestFactor)
    return (startSeconds) => followingClock(context.clock, factor, startSeconds);
  throw new LabError("USAGE", `--time is "${time}"`, {
    next: `write virtual, wall, or a factor up to ${fastestFactor} like 60x`,
  });
}

/** Differs from that of any earlier power-up, as a real board's counter or random number would. */
const bootIdOf = (context: Context): number =>
  mix32(mix32(process.pid) ^ Math.floor(context.clock.wallSeconds() * 1000));

function readyText(ready: EmulatorReady): string {
  const cables = [
    ...(ready.pty === null ? [] : [`${ready.pty} (${ready.device})`]),
    ...(ready.tcpPort === null ? [] : [`127.0.0.1:${ready.tcpPort}`]),
  ];
  const time = ready.chipSeconds === 0 ? "" : `, chip time ${formatDuration(ready.chipSeconds)}`;
  return `${ready.serialNumber} (profile ${ready.profile}, seed ${ready.seed}${time}) on ${cables.join(" and ")}; Ctrl-C ends it`;
}

function untilStopped(stop: AbortSignal, untilStdinCloses: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve());
    if (!untilStdinCloses) return;
    process.stdin.on("end", () => resolve());
    process.stdin.resume();
  });
}
