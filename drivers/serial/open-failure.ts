/** Translates what the operating system says about opening a port; `serialport` passes it on as text only. */

import { LabError, textOf } from "../../src/core/errors.ts";

/** The typed error of a port that could not be opened. */
export function openFailure(path: string, cause: unknown): LabError {
  const text = textOf(cause);
  if (/no such file|file not found|unknown error code 2\b/i.test(text)) {
    const next = `check the cable and the name, or start \`pcmlab emulator --pty ${path}\``;
    return new LabError("PORT_MISSING", `there is no port ${path}`, { cause, next });
  }
  if (/cannot lock|temporarily unavailable|busy|in use/i.test(text)) {
    const next =
      "close the other program (another pcmlab, a terminal, ModemManager; `pcmlab doctor` names it), then try again";
    return new LabError("PORT_BUSY", `another program holds ${path}`, { cause, next });
  }
  if (/permission|access denied/i.test(text)) {
    const next =
      "add yourself to the group that owns the port (often `sudo usermod -aG dialout $USER`) and log in again";
    return new LabError("PORT_PERMISSION", `no permission to open ${path}`, { cause, next });
  }
  const next = "name a serial port, or host:port for a TCP board";
  return new LabError("PORT_MISSING", `${path} cannot be opened as a serial port: ${text}`, { cause, next });
}
