/** An emulated chip within the caller's process, on a TCP port of this machine. */

import { type CallOptions, contextOf } from "./call.ts";

export interface EmulatorOptions extends Pick<CallOptions, "notice"> {
  /** A built-in profile (`fusion-1m`, `hermes-core`, `tiny`) or the path of a JSON file; `tiny` when missing. */
  readonly profile?: string;
  /** One profile and seed are one individual chip; 1 when missing. */
  readonly seed?: number;
  /** Temperature of the chip (K); what the profile has when missing. */
  readonly temperatureKelvin?: number;
}

export interface Emulator {
  /** What `connect`, the other functions, and `pcmlab --chip` take. One client at a time. */
  readonly address: string;
  readonly profile: string;
  readonly serialNumber: string;
  /** Ends it; its devices and their wear are gone. */
  close(): Promise<void>;
}

/**
 * Starts an emulated chip that is fresh from the factory. Its time is virtual: a day passes as soon as somebody waits for it.
 * @throws LabError BAD_PROFILE for a profile that is missing or impossible, USAGE when no port can be served.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const context = contextOf("startEmulator", options);
  const [{ loadProfile }, { powerUp }, { hostOnTcp }, { bootIdOf, lifeOf }] = await Promise.all([
    import("../cli/actions/profile.ts"),
    import("../../mocks/host/power-up.ts"),
    import("../../mocks/host/tcp-host.ts"),
    import("../cli/power-up-ids.ts"),
  ]);
  const profile = loadProfile(options.profile ?? "tiny");
  const { firmware } = powerUp(
    { profile, seed: options.seed ?? 1 },
    {
      bootId: bootIdOf(context),
      life: lifeOf(context),
      ambientKelvin: options.temperatureKelvin,
      poweredClock: context.clock,
    },
  );
  const { port, close } = await hostOnTcp(firmware, 0, context.timer);
  const { serialNumber } = firmware.descriptor;
  return { address: `127.0.0.1:${port}`, profile: profile.name, serialNumber, close };
}
