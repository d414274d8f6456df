/**
 * What test/system/usb.test.ts runs in its virtual machine: our driver through the real `usb` package against a board that
 * the kernel sees as real. Prints one line of JSON with what it found. Compiled with the rest of the tests, and joined into one file.
 */

import { execFileSync } from "node:child_process";
import { openRemoteChip } from "../../drivers/chip/remote-chip.ts";
import { openUsb } from "../../drivers/usb/open.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { systemTimer } from "../../src/core/system-clock.ts";

const address = { vendorId: 0x1209, productId: 0x0001, serialNumber: process.argv[2] ?? "" };
const nobody = 65_534;

/** The error code, or "none". */
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (failure: unknown) => (failure instanceof LabError ? failure.code : textOf(failure)),
  );

const transport = await openUsb(address, systemTimer);
const statusByte = await transport.readStatusByte();
const chip = await openRemoteChip(transport, systemTimer);
const region = { array: 0, row: 0, column: 0, rows: 64, columns: 64 };
const reads = await Promise.all(
  Array.from({ length: 16 }, () => chip.read(region, { averages: 1, readVolts: 0.2 })),
);
const amplitudeCodes = new Uint16Array(64 * 64).fill(2000);
const shape = { widthSeconds: 1e-7, trailingSeconds: 0 };
const { pulses } = await chip.pulse(region, { kind: "per-cell", shape, amplitudeCodes });
const secondOpening = await codeOf(openUsb(address, systemTimer));
const stillAnswers = await codeOf(chip.now());
await chip.close();

process.seteuid?.(nobody);
const withoutPermission = await codeOf(openUsb(address, systemTimer));
process.seteuid?.(0);

const again = await openRemoteChip(await openUsb(address, systemTimer), systemTimer);
execFileSync("usbip", ["detach", "-p", "0"], { stdio: "ignore" });
const afterUnplug = await codeOf(again.now());
await again.close();
const unplugged = await codeOf(openUsb(address, systemTimer));

const codes = reads.map(({ codeSums }) => codeSums.length);
const found = {
  statusByte,
  codes,
  pulses,
  secondOpening,
  stillAnswers,
  withoutPermission,
  afterUnplug,
  unplugged,
};
process.stdout.write(`${JSON.stringify(found)}\n`);
