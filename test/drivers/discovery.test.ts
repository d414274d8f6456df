/** The search for boards: which places are asked, what they answer, and how long it takes. */

import { describe, expect, test } from "vitest";
import { askSeconds } from "../../drivers/discovery/ask.ts";
import { type Cables, type DiscoverOptions, discover } from "../../drivers/discovery/discover.ts";
import type { Finding } from "../../drivers/discovery/finding.ts";
import type { PortFacts } from "../../drivers/serial/port-facts.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { textOfFindings } from "../../src/cli/actions/devices.ts";
import { LabError } from "../../src/core/errors.ts";
import { benchOf } from "../firmware/bench.ts";
import { VirtualWorld } from "../simulation/virtual-world.ts";
import { MemoryUsb } from "./memory-usb.ts";
import { scriptedTransport } from "./scripted-transport.ts";

const ports: readonly PortFacts[] = [
  { path: "/dev/ttyS0" },
  { path: "/dev/ttyUSB0", vendorId: "0403", productId: "6014", serialNumber: "FT1", manufacturer: "FTDI" },
  { path: "/dev/ttyUSB1", vendorId: "10c4", productId: "ea60" },
  { path: "/dev/ttyACM7", vendorId: "dead", productId: "beef" },
  { path: "/dev/rfcomm0", vendorId: "0403", productId: "1" },
  { path: "/dev/ttyACM1", vendorId: "2e8a", productId: "5", manufacturer: "some modem" },
];

interface Machine extends Cables {
  readonly opened: string[];
}

/** What is behind each place; nothing answers where nothing is given. */
function machine(
  world: VirtualWorld,
  behind: Record<string, () => ReturnType<Cables["openSerial"]>>,
): Machine {
  const opened: string[] = [];
  const open = (where: string) => {
    opened.push(where);
    const there = behind[where];
    if (there === undefined) throw new LabError("PORT_MISSING", `nothing at ${where}`, { next: "look" });
    return there();
  };
  const board = benchOf().firmware;
  return {
    opened,
    ports: { list: async () => ports, behind: async (path) => path },
    usbDevices: async () => [new MemoryUsb(board, world, { serialNumber: "U1" })],
    openSerial: async (path) => open(path),
    openUsb: async ({ serialNumber }) => open(`usb ${serialNumber}`),
    openTcp: async (host, port) => open(`${host}:${port}`),
  };
}

const board = async () => inProcessTransport(benchOf().firmware.openLine());
const identification = "Example Lab,PCM-16,0042,2.1.0";
const options: DiscoverOptions = { hosts: [], all: false };
const at = (found: readonly Finding[], part: string): Finding | undefined =>
  found.find(({ resource }) => resource.includes(part));

describe("a search", () => {
  test("asks plausible ports, known USB boards and given hosts, and says who answers, by VISA names", async () => {
    const world = new VirtualWorld();
    const cables = machine(world, { "/dev/ttyUSB0": board, "usb U1": board, "lab7:5025": board });
    const found = await world.run(discover({ hosts: ["lab7:5025"], all: false }, cables, world));
    expect(cables.opened.sort()).toEqual(["/dev/ttyUSB0", "/dev/ttyUSB1", "lab7:5025", "usb U1"]);
    expect(found.filter(({ kind }) => kind === "board")).toMatchObject([
      { resource: "ASRL/dev/ttyUSB0::INSTR", identification, usbSerialNumber: "FT1", label: "FTDI" },
      { resource: "USB0::0x1209::0x0001::U1::INSTR", identification, usbSerialNumber: "U1" },
      { resource: "TCPIP0::lab7::5025::SOCKET", identification },
    ]);
    expect(at(found, "ttyUSB1")).toMatchObject({ kind: "trouble", code: "PORT_MISSING", next: "look" });
    expect(at(found, "ttyACM7")).toMatchObject({ kind: "left-alone", why: expect.stringContaining("dead") });
    for (const never of ["ttyS0", "rfcomm0", "ttyACM1"]) expect(at(found, never)).toBeUndefined();
  });

  test("asks ports of unknown vendors when it is told to, built-in ports and radios never", async () => {
    const world = new VirtualWorld();
    const cables = machine(world, {});
    await world.run(discover({ ...options, all: true }, cables, world));
    expect(cables.opened.sort()).toEqual(["/dev/ttyACM7", "/dev/ttyUSB0", "/dev/ttyUSB1", "usb U1"]);
  });

  test("takes no longer than its time, and closes what it opened, however silent a place is", async () => {
    const world = new VirtualWorld();
    const silent = scriptedTransport();
    const late = scriptedTransport();
    const cables = machine(world, {
      "/dev/ttyUSB0": async () => silent,
      "/dev/ttyUSB1": () => new Promise((resolve) => world.after(100, () => resolve(late))),
      "usb U1": () => new Promise(() => {}),
    });
    const found = await world.run(discover(options, cables, world));
    expect(world.monotonicSeconds()).toBeLessThanOrEqual(askSeconds);
    expect(found.filter(({ kind }) => kind === "trouble")).toMatchObject([
      { resource: "ASRL/dev/ttyUSB0::INSTR", code: "NO_ANSWER", message: expect.stringContaining("*IDN?") },
      { resource: "ASRL/dev/ttyUSB1::INSTR", code: "NO_ANSWER" },
      { code: "NO_ANSWER" },
    ]);
    expect(silent.isClosed).toBe(true);
    await world.run(new Promise<void>((resolve) => world.after(200, resolve)));
    expect(late.isClosed).toBe(true);
  });

  test("ends with INTERRUPTED when the user stops, and closes what it opened", async () => {
    const world = new VirtualWorld();
    const silent = scriptedTransport();
    const stop = new AbortController();
    const cables = machine(world, { "/dev/ttyUSB0": async () => silent });
    world.after(2, () => stop.abort());
    const search = discover(options, cables, world, stop.signal);
    await expect(world.run(search)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect([world.monotonicSeconds(), world.waiting, silent.isClosed]).toEqual([2, 0, true]);
  });

  test("says how to mend what is busy, forbidden or taken", async () => {
    const world = new VirtualWorld();
    const cables = machine(world, {
      "/dev/ttyUSB0": async () => {
        throw new LabError("PORT_PERMISSION", "no permission", { next: "sudo usermod" });
      },
      "/dev/ttyUSB1": async () => scriptedTransport(() => "BUSY,another program,0,0\n"),
    });
    const found = await world.run(discover(options, cables, world));
    expect(at(found, "ttyUSB0")).toMatchObject({ code: "PORT_PERMISSION", next: "sudo usermod" });
    expect(at(found, "ttyUSB1")).toMatchObject({ code: "PORT_BUSY", next: expect.stringContaining("close") });
    const text = textOfFindings(found);
    expect(text).toMatch(/^no board answers; `pcmlab doctor`/);
    expect(text).toMatch(/ttyUSB0::INSTR {2}no permission \[PORT_PERMISSION\]\n {2}next: sudo usermod/);
    expect(text).toMatch(/ttyACM7::INSTR {2}not asked: .*--all asks it/);
  });

  test("goes on where a kind of cable cannot be listed", async () => {
    const world = new VirtualWorld();
    const cables: Cables = {
      ...machine(world, { "lab7:5025": board }),
      ports: {
        list: () => Promise.reject(new LabError("ENVIRONMENT", "no udevadm", { next: "install it" })),
        behind: async (path) => path,
      },
      usbDevices: () => Promise.reject(new LabError("ENVIRONMENT", "no USB")),
    };
    const found = await world.run(discover({ hosts: ["lab7:5025"], all: false }, cables, world));
    expect(found.map(({ kind, resource }) => [kind, resource])).toEqual([
      ["board", "TCPIP0::lab7::5025::SOCKET"],
      ["unlisted", "serial ports"],
      ["unlisted", "USB"],
    ]);
  });

  test("refuses a host that is none before anything is asked", async () => {
    const world = new VirtualWorld();
    const cables = machine(world, {});
    const search = discover({ hosts: ["/dev/ttyUSB0"], all: false }, cables, world);
    await expect(world.run(search)).rejects.toMatchObject({ code: "USAGE" });
    expect(cables.opened).toEqual([]);
  });
});
