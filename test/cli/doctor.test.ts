/** What the doctor says of machines that lack something, and that it survives the one that it runs on. */

import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { doctor, textOfDiagnoses } from "../../src/cli/actions/doctor.ts";
import { diagnose } from "../../src/cli/doctor/checks.ts";
import { storageIn, synchronisedIn } from "../../src/cli/doctor/collect/machine.ts";
import { holdersOf, latencyTimers, portAccess, runningAmong } from "../../src/cli/doctor/collect/ports.ts";
import { SystemFiles } from "../../src/cli/doctor/collect/system-files.ts";
import { usbBoards, usbBridges } from "../../src/cli/doctor/collect/usb.ts";
import { collectFacts } from "../../src/cli/doctor/collect.ts";
import type { Diagnosis } from "../../src/cli/doctor/diagnosis.ts";
import type { Facts } from "../../src/cli/doctor/facts.ts";
import { udevFile, udevRules } from "../../src/cli/doctor/udev.ts";
import { OpenBoards } from "../../src/cli/open-boards.ts";
import { Output } from "../../src/cli/output.ts";
import { seededPrng } from "../../src/core/prng.ts";
import { systemClock, systemTimer } from "../../src/core/system-clock.ts";

const healthy: Facts = {
  platform: "linux",
  nodeVersion: "v20.20.2",
  user: "ada",
  modules: [{ name: "serialport", failure: undefined }],
  ports: [{ path: "/dev/ttyUSB0", vendorId: "0403", mayUse: true, group: "dialout", isMember: true }],
  portsFailure: undefined,
  holders: [],
  usbListed: true,
  usbBoards: [{ vendorId: "1209", productId: "0001", mayUse: true, driver: "usbtmc" }],
  bridges: [{ vendorId: "0403", productId: "6001", interface: "1-2:1.0", driver: "ftdi_sio" }],
  udevRules: true,
  latencyTimers: [{ port: "ttyUSB0", milliseconds: 1 }],
  intruders: [],
  storage: [
    { what: "stores", folder: "/lab", mayWrite: true, freeBytes: 2 ** 40, networkFileSystem: undefined },
  ],
  clock: { wallSeconds: 1_760_000_000, isSynchronised: true },
};

const [disk] = healthy.storage;
const onDisk = (changed: object): Partial<Facts> => ({
  storage: disk === undefined ? [] : [{ ...disk, ...changed }],
});

/** What is wrong with a machine that differs from a healthy one. */
const wrongWith = (facts: Partial<Facts>): Diagnosis[] =>
  diagnose({ ...healthy, ...facts }).filter(({ level }) => level !== "fine");

test("nothing is wrong with a healthy machine", () => {
  expect(wrongWith({})).toEqual([]);
  expect(diagnose(healthy).length).toBe(8);
});

describe("each fault has its level and the command that mends it", () => {
  const port = { path: "/dev/ttyUSB0", vendorId: "0403", mayUse: false, group: "dialout", isMember: false };
  test.each<[string, Partial<Facts>, Diagnosis["level"], RegExp, RegExp]>([
    ["an old Node", { nodeVersion: "v20.18.9" }, "problem", /older than 20\.19\.0/, /install Node/],
    ["an older Node", { nodeVersion: "v18.99.0" }, "problem", /older/, /install Node/],
    [
      "a package",
      { modules: [{ name: "better-sqlite3", failure: "no such ABI" }] },
      "problem",
      /does not load: no such ABI/,
      /^npm rebuild better-sqlite3$/,
    ],
    ["node-pty", { modules: [{ name: "node-pty", failure: "x" }] }, "warning", /does not load/, /node-pty/],
    ["a list", { portsFailure: "no udevadm" }, "warning", /no udevadm/, /apt-get install udev/],
    [
      "a port of a group",
      { ports: [port] },
      "problem",
      /ada may not open it; it belongs to the group dialout/,
      /^sudo usermod -aG dialout ada /,
    ],
    [
      "a port of a group that was joined since the login",
      { ports: [{ ...port, isMember: true }] },
      "problem",
      /ada is in its group dialout, but was not yet at the last login/,
      /^newgrp dialout /,
    ],
    [
      "a port that is open",
      { holders: [{ path: "/dev/ttyUSB0", pid: 4711, program: "screen" }] },
      "warning",
      /screen \(process 4711\) has it open/,
      /^kill 4711 /,
    ],
    ["a port of root", { ports: [{ ...port, group: "root" }] }, "problem", /root/, /70-pcmlab\.rules/],
    ["the bus of USB", { usbListed: false }, "warning", /has no USB/, /\/dev\/bus\/usb through.*TCP/],
    [
      "a USB board",
      { usbBoards: [{ vendorId: "1209", productId: "0001", mayUse: false, driver: undefined }] },
      "problem",
      /root only/,
      /pcmlab doctor --udev \| sudo tee .*udevadm control --reload/,
    ],
    [
      "a USB board that is taken",
      { usbBoards: [{ vendorId: "1209", productId: "0001", mayUse: true, driver: "usbfs" }] },
      "warning",
      /another program has it/,
      /^lsof \/dev\/bus\/usb/,
    ],
    [
      "a bridge without a driver",
      { bridges: [{ vendorId: "1a86", productId: "7523", interface: "1-3:1.0", driver: undefined }] },
      "problem",
      /nothing drives it/,
      /^sudo modprobe ch341$/,
    ],
    [
      "a microcontroller without a driver",
      { bridges: [{ vendorId: "1209", productId: "2444", interface: "1-3:1.0", driver: undefined }] },
      "problem",
      /nothing drives it/,
      /^sudo modprobe cdc_acm$/,
    ],
    [
      "a bridge that was taken",
      { bridges: [{ vendorId: "1a86", productId: "7523", interface: "1-3:1.0", driver: "usbfs" }] },
      "warning",
      /a program took it from its driver/,
      /brltty/,
    ],
    [
      "a network file system",
      onDisk({ networkFileSystem: "NFS" }),
      "problem",
      /NFS.*locks are not safe/,
      /on a local disk: --store/,
    ],
    ["a folder", onDisk({ mayWrite: false }), "problem", /cannot be written/, /^sudo chown "\$USER" \/lab$/],
    ["a full disk", onDisk({ freeBytes: 10 * 2 ** 20 }), "problem", /10 MiB free/, /make room/],
    ["a disk", onDisk({ freeBytes: 500 * 2 ** 20 }), "warning", /500 MiB free/, /make room: du/],
    [
      "a clock that nobody sets",
      { clock: { wallSeconds: 1_760_000_000, isSynchronised: false } },
      "warning",
      /not synchronised/,
      /^sudo timedatectl set-ntp true$/,
    ],
    [
      "a clock of a board without a battery",
      { clock: { wallSeconds: 86_400, isSynchronised: undefined } },
      "problem",
      /1970-01-02T00:00/,
      /timedatectl/,
    ],
    ["rules", { udevRules: false }, "note", /70-pcmlab\.rules is missing/, /sudo tee/],
    [
      "a slow bridge",
      { latencyTimers: [{ port: "ttyUSB3", milliseconds: 16 }] },
      "warning",
      /16 ms/,
      /^echo 1 \| sudo tee \/sys\/bus\/usb-serial\/devices\/ttyUSB3\/latency_timer$/,
    ],
    ["ModemManager", { intruders: ["ModemManager"] }, "warning", /modem commands/, /disable --now ModemM/],
    ["brltty", { intruders: ["brltty"] }, "warning", /Braille/, /brltty/],
  ])("%s", (_, facts, level, text, mend) => {
    const [found, ...more] = wrongWith(facts);
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      level,
      text: expect.stringMatching(text),
      mend: expect.stringMatching(mend),
    });
  });
});

test.each(["v20.19.0", "v21.0.0", "v24.1.0"])("Node %s is new enough", (nodeVersion) => {
  expect(wrongWith({ nodeVersion })).toEqual([]);
});

describe("a machine as Linux describes it", () => {
  const root = mkdtempSync(join(tmpdir(), "pcmlab-machine-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const files = new SystemFiles(root);

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  function lead(path: string, target: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
  const usb = "/sys/bus/usb/devices";
  function device(
    name: string,
    vendorId: string,
    productId: string,
    usbClass: string,
    driver?: string,
  ): void {
    for (const [file, text] of Object.entries({
      idVendor: vendorId,
      idProduct: productId,
      busnum: "1",
      devnum: "7",
    }))
      write(`${usb}/${name}/${file}`, `${text}\n`);
    write(`${usb}/${name}:1.0/bInterfaceClass`, `${usbClass}\n`);
    if (driver !== undefined) lead(`${usb}/${name}:1.0/driver`, `../../../../bus/usb/drivers/${driver}`);
  }

  test("has boards and bridges with and without drivers", async () => {
    device("1-1", "1209", "0001", "fe", "usbtmc");
    device("1-2", "0403", "6001", "ff", "ftdi_sio");
    device("1-3", "1a86", "7523", "ff");
    device("1-4", "046d", "c31c", "03", "usbhid");
    write("/dev/bus/usb/001/007", "");
    expect(await usbBoards(files)).toEqual([
      { vendorId: "1209", productId: "0001", driver: "usbtmc", mayUse: true },
    ]);
    expect(await usbBridges(files)).toEqual([
      { vendorId: "0403", productId: "6001", interface: "1-2:1.0", driver: "ftdi_sio" },
      { vendorId: "1a86", productId: "7523", interface: "1-3:1.0", driver: undefined },
    ]);
  });

  test("has processes, of which some hold a port", async () => {
    write("/proc/4711/comm", "screen\n");
    lead("/proc/4711/fd/3", "/dev/ttyUSB0");
    lead("/proc/4711/fd/0", "/dev/null");
    write("/proc/12/comm", "ModemManager\n");
    lead("/proc/99/fd/5", "/dev/ttyUSB0");
    write("/proc/self/comm", "node\n");
    const held = [{ path: "/dev/ttyUSB0", pid: 4711, program: "screen" }];
    expect(await holdersOf(files, ["/dev/ttyUSB0", "/dev/ttyUSB1"], 99)).toEqual(held);
    expect(await holdersOf(files, [], 99)).toEqual([]);
    expect(await runningAmong(files, ["ModemManager", "brltty"])).toEqual(["ModemManager"]);
  });

  test("has ports with groups, and FTDI bridges with timers", async () => {
    write("/dev/ttyUSB0", "");
    const { gid } = statSync(join(root, "/dev/ttyUSB0"));
    write("/etc/group", `root:x:4242:\ndialout:x:${gid}:ada,grace\n`);
    write("/sys/bus/usb-serial/devices/ttyUSB0/latency_timer", "16\n");
    write("/sys/bus/usb-serial/devices/ttyUSB1/driver_info", "\n");
    const ports = [{ path: "/dev/ttyUSB0", vendorId: "0403" }, { path: "/dev/ttyUSB9" }];
    expect(await portAccess(files, ports, "ada")).toEqual([
      { path: "/dev/ttyUSB0", vendorId: "0403", group: "dialout", isMember: true, mayUse: true },
      { path: "/dev/ttyUSB9", vendorId: undefined, group: undefined, isMember: false, mayUse: false },
    ]);
    expect(await latencyTimers(files)).toEqual([{ port: "ttyUSB0", milliseconds: 16 }]);
  });

  test("has disks, also below folders that are not there yet", async () => {
    const there = await storageIn("stores", root);
    expect(there).toMatchObject({ folder: root, mayWrite: true, networkFileSystem: undefined });
    expect(there.freeBytes).toBeGreaterThan(0);
    const missing = join(root, "not", "yet");
    expect(await storageIn("stores", missing)).toMatchObject({ folder: missing, mayWrite: true });
  });

  test.each([
    ["yes\n", true],
    ["no\n", false],
    ["", undefined],
  ])("says %j of its clock", (answer, expected) => {
    expect(synchronisedIn(answer)).toBe(expected);
  });
});

test("udev rules are for Linux", () => {
  expect(wrongWith({ platform: "darwin", udevRules: false })).toEqual([]);
});

test("the rules name USBTMC boards, serial bridges and the latency timer, in a file that comes early enough", () => {
  const text = udevRules().join("\n");
  expect(text).toMatch(/^SUBSYSTEM=="usb", ATTR\{idVendor\}=="1209", ATTR\{idProduct\}=="0001"/);
  expect(text).toMatch(/SUBSYSTEM=="tty".*"0403".*ID_MM_DEVICE_IGNORE/);
  expect(text).toMatch(/latency_timer\}="1"/);
  expect(udevFile < "/etc/udev/rules.d/73-seat-late.rules").toBe(true);
});

test("what is wrong is printed with what mends it", () => {
  const text = textOfDiagnoses(diagnose({ ...healthy, latencyTimers: [{ port: "x", milliseconds: 16 }] }));
  expect(text).toMatch(/^warning {2}latency of x: 16 ms.*\n {9}mend: echo 1/m);
  expect(text).toMatch(/^fine {5}Node v20/m);
});

test("this machine can be looked at", async () => {
  const facts = await collectFacts({ stores: process.cwd(), ledgers: "/nonexistent/pcmlab" }, 1_760_000_000);
  expect(facts.storage.map(({ folder }) => folder)).toEqual([process.cwd(), "/nonexistent/pcmlab"]);
  expect(facts.storage[0]).toMatchObject({ mayWrite: true, freeBytes: expect.any(Number) });
  expect(facts.modules.map(({ name }) => name)).toContain("better-sqlite3");
  expect(facts.modules.find(({ name }) => name === "better-sqlite3")?.failure).toBeUndefined();
  let printed = "";
  const streams = { stdout: { write: (text: string) => (printed += text) }, stderr: { write: () => true } };
  const output = new Output(streams, systemClock, { json: true, quiet: true });
  const stop = new AbortController().signal;
  const context = {
    clock: systemClock,
    timer: systemTimer,
    prng: seededPrng(1),
    output,
    stop,
    boards: new OpenBoards(systemTimer),
    commandLine: [],
  };
  await doctor({ udev: true }, context);
  expect(JSON.parse(printed).udevRules).toEqual(udevRules());
});
