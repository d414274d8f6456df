/** The whole kit over USBTMC: our driver, and the emulated device with the bytes that it has on a real bus. */

import { expect, test } from "vitest";
import type { Transport } from "../../drivers/transport/transport.ts";
import { openUsb } from "../../drivers/usb/open.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { conformanceOf } from "../../src/conformance/report.ts";
import { allRules } from "../../src/conformance/rules/all.ts";
import { runConformance } from "../../src/conformance/run.ts";
import { MemoryUsb, machineWith } from "../drivers/memory-usb.ts";
import { fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { faultsOf, tinyArray } from "./boards.ts";
import { EagerTimer } from "./eager-timer.ts";

test.each([
  ["tiny", tinyArray],
  ["the example board with mvm", () => fakeArray(mvmDescriptor)],
])("our emulated firmware conforms over USB on %s, with a power switch", async (_, makeArray) => {
  const timer = new EagerTimer();
  const array = makeArray();
  let bootId = 0;
  const plug = (): MemoryUsb => new MemoryUsb(new Firmware(array, ++bootId), timer);
  let device = plug();
  const connect = (): Promise<Transport> => {
    const { vendorId, productId, serialNumber } = device;
    return openUsb({ vendorId, productId, serialNumber }, timer, machineWith(device));
  };
  const report = await runConformance({
    transport: await connect(),
    timer,
    rules: allRules,
    pulses: true,
    cable: "usb",
    connect,
    powerCycle: () => {
      device.unplug();
      device = plug();
      return connect();
    },
  });
  expect(faultsOf(report)).toEqual([]);
  expect(report.endedEarly).toBeUndefined();
  expect(conformanceOf(report)).toBe("conforms");
});
