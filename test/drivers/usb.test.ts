/** The USB transport against emulated boards that take and send the real bytes of USBTMC. */

import { describe, expect, test } from "vitest";
import { openRemoteChip } from "../../drivers/chip/remote-chip.ts";
import { Session } from "../../drivers/instrument/session.ts";
import { openUsb } from "../../drivers/usb/open.ts";
import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import { benchOf } from "../firmware/bench.ts";
import { MemoryUsb, type MemoryUsbOptions, machineWith } from "./memory-usb.ts";
import { labError, settled } from "./scripted-transport.ts";
import { VirtualTimer } from "./virtual-timer.ts";

const address = { vendorId: 0x1209, productId: 0x0001, serialNumber: "BOARD-1" };
const name = "USB0::0x1209::0x0001::BOARD-1::INSTR";

function plugged(options: MemoryUsbOptions = {}) {
  const timer = new VirtualTimer();
  const device = new MemoryUsb(benchOf().firmware, timer, options);
  return { timer, device, open: () => openUsb(address, timer, machineWith(device)) };
}

async function sessionOn(options: MemoryUsbOptions = {}) {
  const { timer, device, open } = plugged(options);
  const transport = await open();
  const session = new Session(transport, timer);
  const ask = async (message: string): Promise<string> =>
    textOfBytes(await session.query(bytesOf(`${message}\n`), message, 5));
  return { timer, device, transport, session, ask };
}

/** Lets time pass in small steps, so that what is set off by one step is part of the next. */
async function pass(timer: VirtualTimer, seconds: number): Promise<void> {
  for (let n = 0; n < seconds * 4; n++) {
    timer.advance(0.25);
    await settled();
  }
}

describe("a board on USB", () => {
  const whole = { array: 0, row: 0, column: 0, rows: 4, columns: 4 };

  test("is identified, read and pulsed", async () => {
    const { timer, open } = plugged();
    const chip = await openRemoteChip(await open(), timer);
    expect(chip.resource).toBe(name);
    const reads = Array.from({ length: 20 }, () => chip.read(whole, { averages: 255, readVolts: 0.2 }));
    for (const { codeSums } of await Promise.all(reads))
      expect([...codeSums]).toEqual(Array.from({ length: 16 }, (_, n) => (n + 1) * 255));
    const shape = { widthSeconds: 1e-7, trailingSeconds: 0 };
    const amplitudeCodes = Uint16Array.from({ length: 16 }, (_, n) => n * 205);
    expect((await chip.pulse(whole, { kind: "per-cell", shape, amplitudeCodes })).pulses).toBe(15);
    await chip.close();
  });

  test("is cleared when it is opened and asked for input only after queries", async () => {
    const { device, session, ask } = await sessionOn();
    expect(device.traffic).toEqual(["request 7", "request 5", "request 6"]);
    device.traffic.length = 0;
    await session.send(bytesOf("*CLS\n"));
    expect(device.traffic).toEqual(["out 20"]);
    expect(await ask("*ESE?")).toBe("0");
    expect(device.traffic).toEqual(["out 20", "out 20", "out request"]);
    await session.close();
  });

  test.each([1, 2, 64])(
    "with memory for %i responses answers 64 queries that were sent at once, in order",
    async (room) => {
      const { session, ask } = await sessionOn({ room });
      const masks = Array.from({ length: 64 }, (_, n) => n);
      expect(await Promise.all(masks.map((mask) => ask(`*ESE ${mask};*ESE?`)))).toEqual(masks.map(String));
      await session.close();
    },
  );

  test("takes messages and sends replies of several transfers", async () => {
    const { device, session, ask } = await sessionOn();
    const units = Array.from({ length: 60 }, () => "*IDN?").join(";");
    const answer = await ask(units);
    expect(answer.split(";")).toHaveLength(60);
    device.traffic.length = 0;
    await session.send(bytesOf(`*CLS${" ".repeat(150_000)}\n`));
    expect(device.traffic).toEqual(["out 65548", "out 65548", `out ${12 + 18_936}`]);
    expect(await ask("SYST:ERR:COUN?")).toBe("1");
    await session.close();
  });

  test("that forgets the packet of no bytes after a transfer of whole packets is understood", async () => {
    const { session, ask, timer } = await sessionOn({
      garble: (bytes) => (bytes.length === 0 ? undefined : bytes),
    });
    // 16 identifications of 29 bytes, 10 digits, what separates them: with the header one packet of 512 bytes.
    const units = [
      ...Array.from({ length: 16 }, () => "*IDN?"),
      ...Array.from({ length: 10 }, () => "*ESE?"),
    ];
    const asked = ask(units.join(";"));
    await pass(timer, 1);
    expect(await asked).toHaveLength(499);
    expect(await ask("*OPC?")).toBe("1");
    await session.close();
  });

  test("that does not answer a query goes on with the next ones", async () => {
    const { session, ask, timer } = await sessionOn();
    await session.send(bytesOf("NO:SUCH?\n"));
    await session.send(bytesOf("*ESE 256;BROKEN(?\n"));
    await pass(timer, 1);
    for (let n = 0; n < 5; n++) expect(await ask("*OPC?")).toBe("1");
    expect(await ask("SYST:ERR?")).toMatch(/^-113,/);
    const closing = session.close();
    await pass(timer, 1);
    await closing;
  });

  test("that owes a reply for longer than anybody waits is asked for it no more, and the link lives", async () => {
    const { session, ask, timer, device } = await sessionOn();
    await session.send(bytesOf("NO:SUCH?\n"));
    await pass(timer, 125);
    expect(device.traffic).toContain("request 3");
    device.traffic.length = 0;
    await pass(timer, 10);
    expect(device.traffic).toEqual([]);
    expect(await ask("*OPC?")).toBe("1");
    await session.close();
  });

  test("gives its status byte beside the messages", async () => {
    const { transport, session } = await sessionOn();
    expect(await transport.readStatusByte()).toBe(0);
    await session.send(bytesOf("NONSENSE\n"));
    expect(await transport.readStatusByte()).toBe(4);
    await session.close();
  });

  test("is given back to the kernel's driver from which it was taken", async () => {
    const { device, session } = await sessionOn({ holder: "usbtmc" });
    expect(device.traffic[0]).toBe("detach usbtmc");
    expect(device.holder).toBe("us");
    await session.close();
    expect(device.holder).toBe("usbtmc");
    expect(device.opened).toBe(false);
  });
});

describe("a board that cannot be opened", () => {
  test.each<[string, MemoryUsbOptions, string, RegExp]>([
    ["held by another program", { holder: "usbfs" }, "PORT_BUSY", /close the other program/],
    ["without permission", { forbidden: true }, "PORT_PERMISSION", /udev.*ATTR\{idVendor\}=="1209"/],
    ["of another serial number", { serialNumber: "BOARD-2" }, "PORT_MISSING", /BOARD-2/],
  ])("%s", async (_, options, code, next) => {
    const { device, open } = plugged(options);
    await expect(open()).rejects.toMatchObject({
      ...labError(code),
      message: expect.stringContaining(name),
      next: expect.stringMatching(next),
    });
    expect(device.traffic).toEqual([]);
    expect(device.opened).toBe(false);
  });

  test("is named when two fit", async () => {
    const timer = new VirtualTimer();
    const board = (serialNumber: string) => new MemoryUsb(benchOf().firmware, timer, { serialNumber });
    const machine = machineWith(board("A"), board("B"));
    const { vendorId, productId } = address;
    await expect(openUsb({ vendorId, productId }, timer, machine)).rejects.toMatchObject({
      ...labError("USAGE"),
      next: expect.stringMatching(/::A::INSTR.*::B::INSTR/),
    });
    const one = await openUsb({ vendorId, productId }, timer, machineWith(board("A")));
    expect(one.name).toBe("USB0::0x1209::0x0001::A::INSTR");
    await one.close();
    await expect(openUsb({ vendorId: 1, productId: 2 }, timer, machine)).rejects.toMatchObject({
      ...labError("PORT_MISSING"),
      next: expect.stringContaining("pcmlab emulator --usbip"),
    });
  });

  test("any more when the user has stopped, and is given back", async () => {
    const { timer, device } = plugged();
    const opening = openUsb(address, timer, machineWith(device), AbortSignal.abort());
    await expect(opening).rejects.toMatchObject(labError("INTERRUPTED"));
    expect(device.traffic).toEqual(["request 7"]);
    expect([device.opened, timer.waiting]).toEqual([false, 0]);
  });

  test("because nothing on this machine has USB is not a fault of the program", async () => {
    const { systemUsb } = await import("../../drivers/usb/system-usb.ts");
    const found = await systemUsb.devices().catch((failure: unknown) => failure);
    if (!Array.isArray(found)) expect(found).toMatchObject(labError("ENVIRONMENT"));
  });
});

describe("a link that breaks", () => {
  test("by the cable fails what is under way with LINK_LOST at once", async () => {
    const { device, ask, session } = await sessionOn();
    await session.send(bytesOf("NO:SUCH?\n"));
    const asked = ask("NO:ANSWER?");
    await settled();
    device.unplug();
    await expect(asked).rejects.toMatchObject({ ...labError("LINK_LOST"), message: `${name} was unplugged` });
    await expect(ask("*IDN?")).rejects.toMatchObject(labError("LINK_LOST"));
  });

  test("by the cable while nothing is under way fails the next request", async () => {
    const { device, ask } = await sessionOn();
    expect(await ask("*OPC?")).toBe("1");
    device.unplug();
    await expect(ask("*OPC?")).rejects.toMatchObject(labError("LINK_LOST"));
  });

  test("by silence is aborted, and the next command finds the board as new", async () => {
    const { timer, device, ask } = await sessionOn();
    const asked = ask("NO:SUCH?").catch((failure: unknown) => failure);
    await pass(timer, 5);
    expect(await asked).toMatchObject(labError("NO_ANSWER"));
    await pass(timer, 1);
    expect(device.traffic).toContain("request 3");
    expect(device.opened).toBe(false);
    const again = await openUsb(address, timer, machineWith(device));
    const session = new Session(again, timer);
    expect(textOfBytes(await session.query(bytesOf("*OPC?\n"), "*OPC?", 5))).toBe("1");
    await session.close();
  });

  test("while a message is sent sends no more of it, and clears the board", async () => {
    const { timer, device, session, ask } = await sessionOn();
    await ask("*OPC?");
    device.traffic.length = 0;
    const message = bytesOf(`*CLS${" ".repeat(100_000)}\n`);
    const sending = session.send(message).catch((failure: unknown) => failure);
    const closing = session.close();
    await pass(timer, 4);
    await closing;
    expect(await sending).toMatchObject(labError("LINK_LOST"));
    expect(device.traffic).toEqual(["out 65548", "request 1", "request 5", "request 6"]);
  });

  test("by a board that takes no message any more is closed in bounded time, and the next command finds it as new", async () => {
    const { timer, device, session } = await sessionOn({ room: 0 });
    const sending = session.send(bytesOf("*ESE 7\n")).catch((failure: unknown) => failure);
    await settled();
    const closing = session.close();
    await pass(timer, 4);
    await closing;
    expect(await sending).toMatchObject(labError("LINK_LOST"));
    expect(device.traffic).toContain("request 1");
    expect(device.opened).toBe(false);
    await (await openUsb(address, timer, machineWith(device))).close();
  });

  test("by a stall says so, and the next command finds the board as new", async () => {
    const { timer, device, ask } = await sessionOn();
    await device.controlTransferIn({ recipient: "interface", request: 5, value: 0, index: 0 }, 1);
    await expect(ask("*IDN?")).rejects.toMatchObject({
      ...labError("LINK_LOST"),
      message: expect.stringContaining("stalled"),
    });
    await pass(timer, 4);
    const again = await openUsb(address, timer, machineWith(device));
    const session = new Session(again, timer);
    expect(textOfBytes(await session.query(bytesOf("*OPC?\n"), "*OPC?", 5))).toBe("1");
    await session.close();
  });

  test.each<[string, MemoryUsbOptions["sent"] & {}, RegExp]>([
    ["a stall", () => ({ status: "stall", bytesWritten: 0 }), /stalled while sending a message to it/],
    ["babble", () => ({ status: "babble", bytesWritten: 0 }), /the transfer ended with babble/],
    ["half a transfer", (bytes) => ({ bytesWritten: bytes - 4 }), /16 of 20 bytes were sent/],
  ])("by a result that says %s is LINK_LOST for the user", async (_, sent, message) => {
    const { timer, device, session, ask } = await sessionOn({ sent });
    await expect(ask("*IDN?")).rejects.toMatchObject({
      ...labError("LINK_LOST"),
      message: expect.stringMatching(message),
      next: expect.stringMatching(/\S/),
    });
    const closing = session.close();
    await pass(timer, 4);
    await closing;
    expect(device.opened).toBe(false);
  });

  test.each<[string, MemoryUsbOptions["garble"] & {}]>([
    ["a header of zeros", (bytes) => bytes.fill(0)],
    ["text without a header", () => bytesOf("pcmlab,TINY,1,1\n")],
    ["a packet of no bytes", () => new Uint8Array(0)],
    ["half a transfer", (bytes) => bytes.subarray(0, 16)],
    ["a TransferSize of 4 GiB", (bytes) => bytes.fill(0xff, 4, 8)],
  ])("by %s is BAD_REPLY, and all is given back", async (_, garble) => {
    const { ask, device, timer } = await sessionOn({ garble });
    await expect(ask("*IDN?")).rejects.toMatchObject({
      ...labError("BAD_REPLY"),
      message: expect.stringContaining(name),
    });
    await pass(timer, 60);
    expect(device.opened).toBe(false);
    expect(timer.waiting).toBe(0);
  });
});
