/** Serves an emulated chip until it is told to stop. */

import { maxAmbientKelvin, minAmbientKelvin } from "../../../firmware-protocol/operation/set-temperature.ts";
import { firstDifference } from "../../../mocks/array/profile-difference.ts";
import type { ChipState } from "../../../mocks/array/state.ts";
import { followingClock, virtualClock } from "../../../mocks/firmware/chip-clock.ts";
import type { Firmware } from "../../../mocks/firmware/firmware.ts";
import { noisy } from "../../../mocks/host/noisy-line.ts";
import { type ChipIdentity, powerUp } from "../../../mocks/host/power-up.ts";
import { hostOnPty, type PtyOptions } from "../../../mocks/host/pty-host.ts";
import { type ReplugHost, replugHost } from "../../../mocks/host/replug.ts";
import { assertSavable, loadState, saveState } from "../../../mocks/host/state-file.ts";
import { hostOnTcp, type TcpHost } from "../../../mocks/host/tcp-host.ts";
import { serveLinked } from "../../../mocks/link/linked-line.ts";
import { busId } from "../../../mocks/usb/identity.ts";
import { hostOnUsbip, type UsbipHost, usbipPort } from "../../../mocks/usb/usbip-host.ts";
import type { ClockKind } from "../../chip/clock-kind.ts";
import { LabError, textOf } from "../../core/errors.ts";
import { seededPrng } from "../../core/prng.ts";
import { formatDuration, parseQuantity } from "../../core/units.ts";
import type { Context } from "../context.ts";
import { bootIdOf, lifeOf } from "../power-up-ids.ts";
import { factorOf, offSecondsOf } from "./emulated-time.ts";
import { loadProfile } from "./profile.ts";
import { untilStopped } from "./until-stopped.ts";

export interface EmulatorArguments {
  /** A name or a file; fusion-1m, or the profile of the saved chip, when missing. */
  readonly profile?: string | undefined;
  /** 1, or the seed of the saved chip, when missing. */
  readonly seed?: number | undefined;
  readonly pty?: string | undefined;
  readonly tcp?: number | undefined;
  readonly usbip?: number | undefined;
  /** "virtual", "wall" or a factor like "60x". */
  readonly time: string;
  /** What time does while a chip that is loaded was off. */
  readonly offTime: ClockKind["offTime"];
  /** "330K"; what the chip has by itself when missing. */
  readonly temperature?: string | undefined;
  readonly load?: string | undefined;
  readonly save?: string | undefined;
  /** Of the serial port; as fast as it goes when missing. */
  readonly baud?: number | undefined;
  /** Probability that a bit on the serial line is flipped. */
  readonly noise: number;
  readonly untilStdinCloses: boolean;
}

/** What `--json` prints when the emulator is ready. */
export interface EmulatorReady {
  readonly profile: string;
  readonly seed: number;
  readonly serialNumber: string;
  readonly time: string;
  readonly chipSeconds: number;
  readonly temperatureKelvin: number;
  readonly pty: string | null;
  readonly device: string | null;
  readonly tcpPort: number | null;
  readonly usbipPort: number | null;
}

export async function emulate(args: EmulatorArguments, context: Context): Promise<void> {
  if (args.pty === undefined && args.tcp === undefined && args.usbip === undefined) {
    throw new LabError("USAGE", "the emulator has no cable", {
      next: "give it --pty PATH, --tcp PORT, --usbip PORT or several of them",
    });
  }
  const factor = factorOf(args.time);
  const ambientKelvin = args.temperature === undefined ? undefined : ambientFrom(args.temperature);
  const origin = args.load === undefined ? freshChip(args) : await savedChip(args.load, args);
  if (args.save !== undefined) await assertSavable(args.save);
  const chip = powerUp(origin, {
    bootId: bootIdOf(context),
    life: lifeOf(context),
    clockFrom: (startSeconds) =>
      factor === undefined
        ? virtualClock(startSeconds)
        : followingClock(context.clock, factor, startSeconds, args.offTime),
    offSeconds: args.offTime === "passes" ? offSecondsOf(origin, factor, context) : undefined,
    ambientKelvin,
    poweredClock: context.clock,
  });
  const { firmware } = chip;
  const { pty, tcp, usbip } = await plugIn(firmware, args, context);
  const ready: EmulatorReady = {
    profile: chip.profile.name,
    seed: chip.seed,
    serialNumber: firmware.descriptor.serialNumber,
    time: args.time,
    chipSeconds: firmware.memory.chipSeconds,
    temperatureKelvin: firmware.temperatureKelvin,
    pty: args.pty ?? null,
    device: pty?.device ?? null,
    tcpPort: tcp?.port ?? null,
    usbipPort: usbip?.port ?? null,
  };
  replugOnSignal(pty, context);
  context.output.result(ready, readyText(ready));
  await untilStopped(context.stop, args.untilStdinCloses);
  await Promise.all([pty?.close(), tcp?.close(), usbip?.close()]);
  process.stdin.destroy();
  if (args.save !== undefined) {
    const state = { ...chip.state(), savedWallSeconds: context.clock.wallSeconds() };
    await saveState(args.save, state);
    context.output.note(`saved to ${args.save} at chip time ${formatDuration(state.chipSeconds)}`);
  }
  process.exit(0);
}

interface Cables {
  readonly pty: ReplugHost | undefined;
  readonly tcp: TcpHost | undefined;
  readonly usbip: UsbipHost | undefined;
}

/** Serves all cables or none: a pseudo-terminal without its emulator would keep this process alive. */
async function plugIn(firmware: Firmware, args: EmulatorArguments, context: Context): Promise<Cables> {
  const { timer, output } = context;
  const note = (text: string): void => output.note(text);
  const tcp = args.tcp === undefined ? undefined : await hostOnTcp(firmware, args.tcp, timer);
  let usbip: UsbipHost | undefined;
  try {
    usbip = args.usbip === undefined ? undefined : await hostOnUsbip(firmware, args.usbip, note);
    const { pty: path } = args;
    const pty =
      path === undefined
        ? undefined
        : await replugHost(() => hostOnPty(firmware, path, timer, serialLine(args, context)), timer);
    return { pty, tcp, usbip };
  } catch (failure) {
    await Promise.all([tcp?.close(), usbip?.close()]);
    throw failure;
  }
}

/** Plain lines and the reliable link on one port, at the rate and with the noise that were asked for. */
function serialLine({ baud, noise, seed = 1 }: EmulatorArguments, { clock }: Context): PtyOptions {
  const linked = serveLinked(clock);
  const serve = noise > 0 ? noisy(linked, noise, seededPrng(seed)) : linked;
  return { serve, ...(baud !== undefined && { pace: { baud, clock } }) };
}

/** How long the serial cable is out after SIGUSR2. */
const unpluggedSeconds = 1;

/** `kill -USR2` pulls the serial cable and puts it back, so that what happens then can be seen. */
function replugOnSignal(pty: ReplugHost | undefined, { output }: Context): void {
  if (pty === undefined) return;
  process.on("SIGUSR2", () => {
    output.note(`the cable is out for ${unpluggedSeconds} s`);
    pty.replug(unpluggedSeconds).catch((failure: unknown) => output.warn(textOf(failure)));
  });
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

/** @throws LabError USAGE when it is no temperature that the emulator can have. */
function ambientFrom(text: string): number {
  const kelvin = parseQuantity(text, "K");
  if (kelvin >= minAmbientKelvin && kelvin <= maxAmbientKelvin) return kelvin;
  throw new LabError("USAGE", `--temperature is ${kelvin} K`, {
    next: `give one from ${minAmbientKelvin}K to ${maxAmbientKelvin}K`,
  });
}

function readyText(ready: EmulatorReady): string {
  const cables = [
    ...(ready.pty === null ? [] : [`${ready.pty} (${ready.device})`]),
    ...(ready.tcpPort === null ? [] : [`127.0.0.1:${ready.tcpPort}`]),
    ...(ready.usbipPort === null ? [] : [`USB/IP (as root: ${attachCommand(ready.usbipPort)})`]),
  ];
  const time = ready.chipSeconds === 0 ? "" : `, chip time ${formatDuration(ready.chipSeconds)}`;
  return `${ready.serialNumber} (profile ${ready.profile}, seed ${ready.seed}${time}, ${ready.temperatureKelvin} K) on ${cables.join(" and ")}; Ctrl-C ends it`;
}

/** 127.0.0.1 is this machine; a virtual machine of QEMU sees it as 10.0.2.2. */
const attachCommand = (port: number): string =>
  `usbip ${port === usbipPort ? "" : `--tcp-port ${port} `}attach -r 127.0.0.1 -b ${busId}`;
