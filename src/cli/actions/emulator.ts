/** Serves an emulated chip until it is told to stop. */

import { readFileSync } from "node:fs";
import { createCrossbar } from "../../../mocks/array/crossbar.ts";
import { builtinProfile, type ChipProfile, parseProfile } from "../../../mocks/array/profile.ts";
import { Firmware } from "../../../mocks/firmware/firmware.ts";
import { hostOnPty } from "../../../mocks/host/pty-host.ts";
import { hostOnTcp } from "../../../mocks/host/tcp-host.ts";
import { LabError, textOf } from "../../core/errors.ts";
import { mix32 } from "../../core/prng.ts";
import type { Context } from "../context.ts";

export interface EmulatorArguments {
  readonly profile: string;
  readonly seed: number;
  readonly pty?: string | undefined;
  readonly tcp?: number | undefined;
  readonly untilStdinCloses: boolean;
}

/** What `--json` prints when the emulator is ready. */
export interface EmulatorReady {
  readonly profile: string;
  readonly seed: number;
  readonly serialNumber: string;
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
  const profile = profileOf(args.profile);
  const firmware = new Firmware(createCrossbar(profile, args.seed), bootIdOf(context));
  const pty = args.pty === undefined ? undefined : await hostOnPty(firmware, args.pty, context.timer);
  const tcp = args.tcp === undefined ? undefined : await hostOnTcp(firmware, args.tcp, context.timer);
  const ready: EmulatorReady = {
    profile: profile.name,
    seed: args.seed,
    serialNumber: firmware.descriptor.serialNumber,
    pty: args.pty ?? null,
    device: pty?.device ?? null,
    tcpPort: tcp?.port ?? null,
  };
  context.output.result(ready, readyText(ready));
  await untilStopped(context.stop, args.untilStdinCloses);
  await Promise.all([pty?.close(), tcp?.close()]);
  process.exit(0);
}

/** A built-in profile by name, or a JSON file. @throws LabError BAD_PROFILE. */
function profileOf(name: string): ChipProfile {
  if (!name.endsWith(".json")) return builtinProfile(name);
  try {
    return parseProfile(JSON.parse(readFileSync(name, "utf8")));
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw new LabError("BAD_PROFILE", `profile ${name} cannot be read: ${textOf(cause)}`, {
      cause,
      next: "check the file",
    });
  }
}

/** Differs from that of any earlier power-up, as a real board's counter or random number would. */
const bootIdOf = (context: Context): number =>
  mix32(mix32(process.pid) ^ Math.floor(context.clock.wallSeconds() * 1000));

function readyText(ready: EmulatorReady): string {
  const cables = [
    ...(ready.pty === null ? [] : [`${ready.pty} (${ready.device})`]),
    ...(ready.tcpPort === null ? [] : [`127.0.0.1:${ready.tcpPort}`]),
  ];
  return `${ready.serialNumber} (profile ${ready.profile}, seed ${ready.seed}) on ${cables.join(" and ")}; Ctrl-C ends it`;
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
