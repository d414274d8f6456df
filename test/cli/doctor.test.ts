/** What the doctor says of machines that lack something, and that it survives the one that it runs on. */

import { describe, expect, test } from "vitest";
import { doctor, textOfDiagnoses } from "../../src/cli/actions/doctor.ts";
import { type Diagnosis, diagnose } from "../../src/cli/doctor/checks.ts";
import { collectFacts } from "../../src/cli/doctor/collect.ts";
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
  ports: [{ path: "/dev/ttyUSB0", vendorId: "0403", mayUse: true, group: "dialout" }],
  portsFailure: undefined,
  usbBoards: [{ vendorId: "1209", productId: "0001", mayUse: true }],
  udevRules: true,
  latencyTimers: [{ port: "ttyUSB0", milliseconds: 1 }],
  intruders: [],
};

/** What is wrong with a machine that differs from a healthy one. */
const wrongWith = (facts: Partial<Facts>): Diagnosis[] =>
  diagnose({ ...healthy, ...facts }).filter(({ level }) => level !== "fine");

test("nothing is wrong with a healthy machine", () => {
  expect(wrongWith({})).toEqual([]);
  expect(diagnose(healthy).length).toBe(6);
});

describe("each fault has its level and the command that mends it", () => {
  const port = { path: "/dev/ttyUSB0", vendorId: "0403", mayUse: false, group: "dialout" };
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
    ["a port of root", { ports: [{ ...port, group: "root" }] }, "problem", /root/, /70-pcmlab\.rules/],
    [
      "a USB board",
      { usbBoards: [{ vendorId: "1209", productId: "0001", mayUse: false }] },
      "problem",
      /root only/,
      /pcmlab doctor --udev \| sudo tee .*udevadm control --reload/,
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
  const facts = await collectFacts();
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
