/** The serial ports of this machine. */

import { realpath } from "node:fs/promises";
import { LabError, textOf } from "../../src/core/errors.ts";
import type { SerialPorts } from "./port-facts.ts";

export const systemPorts: SerialPorts = {
  async list() {
    try {
      const { SerialPort } = await import("serialport");
      return await SerialPort.list();
    } catch (cause) {
      const next = "name the port with --chip; on Linux the list needs the command `udevadm`";
      throw new LabError("ENVIRONMENT", `the serial ports cannot be listed: ${textOf(cause)}`, {
        cause,
        next,
      });
    }
  },
  behind: (path) => realpath(path).catch(() => path),
};
