/**
 * The emulated board as a device that a real Linux kernel has found on a bus, in a virtual machine (usb-vm.sh): driven by
 * the kernel's own usbtmc driver and by ours through the real `usb` package, and checked rule by rule with the conformance kit.
 */

import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { z } from "zod";
import { type Ended, emulator, ended, folder } from "./command.ts";

const repository = join(import.meta.dirname, "../..");
const script = join(import.meta.dirname, "usb-vm.sh");
const vmSeconds = 300;
/** The exit status of the script when there can be no machine here, for example no kernel without a network. */
const noMachine = 125;

const tools = ["qemu-system-x86_64", "busybox", "modprobe", "depmod", "cpio", "ip", "usbip", "dpkg-deb"];
const packages = "qemu-system-x86 busybox-static kmod cpio iproute2 usbip";

/** The system's folders belong to the path of root only. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, VM_SECONDS: String(vmSeconds) };

/** Set by .ci/run where it has installed what the machine needs: then nothing is skipped. */
const required = process.env.PCMLAB_VM === "required";

/** Undefined when it seems that the virtual machine can be had. */
function missing(): string | undefined {
  if (required) return undefined;
  if (process.platform !== "linux" || process.arch !== "x64") return "it needs Linux on x86-64";
  const absent = tools.filter((tool) => spawnSync("sh", ["-c", `command -v ${tool}`], { env }).status !== 0);
  return absent.length === 0 ? undefined : `no ${absent.join(", ")}: run \`apt-get install -y ${packages}\``;
}

const skipped = (reason: string): void =>
  void process.stderr.write(`SKIPPED: the USB test in a virtual machine: ${reason}\n`);
const why = missing();
if (why !== undefined) skipped(why);

/** Runs a command in the machine. */
const inMachine = (command: string): Promise<Ended> =>
  ended(spawn(script, [command], { cwd: repository, env, stdio: ["ignore", "pipe", "pipe"] }));

/** Our driver's part in one file: the machine takes many times longer to load it from hundreds. */
async function joinedInside(): Promise<string> {
  const inside = await rolldown({
    input: join(repository, "dist/test/system/usb-inside.js"),
    external: (id) => !/^[./]|^zod(\/|$)/.test(id),
    platform: "node",
  });
  await inside.write({ dir: join(repository, "dist/test/joined") });
  return "dist/test/joined/usb-inside.js";
}

/** A port that nobody had a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

const serialNumber = "TINY-000001";
/** What the kernel's driver reads back; it gives a whole USBTMC message at a time. */
const askKernel = "printf '*IDN?\\n' > /dev/usbtmc0 && timeout 10 head -n 1 /dev/usbtmc0";

/** What depends on the cable most: binary blocks, requests that come twice, and new connections. The machine is slow, so not all. */
const checkedGroups = "blocks,once";

const reportSchema = z.object({
  conformance: z.string(),
  counts: z.object({ passed: z.number(), failed: z.number(), unchecked: z.number() }),
  endedEarly: z.string().optional(),
  results: z.array(
    z.object({ id: z.string(), verdict: z.object({ kind: z.string(), reason: z.string().optional() }) }),
  ),
});

/** Every rule is kept that this cable can carry. */
function expectConformance(document: string | undefined, stdout: string): void {
  expect(document, stdout).toBeDefined();
  const report = reportSchema.parse(JSON.parse(document ?? "null"));
  expect(report.results.filter(({ verdict }) => verdict.kind === "fail")).toEqual([]);
  expect(report.endedEarly).toBeUndefined();
  expect(report).toMatchObject({ conformance: "conforms", counts: { failed: 0, unchecked: 0 } });
  const noSilence = report.results.filter(({ verdict }) => verdict.reason?.startsWith("this cable"));
  expect(noSilence.map(({ id }) => id)).toEqual(["blocks.chopping", "once.lost-half"]);
  expect(report.counts.passed).toBe(report.results.length - noSilence.length);
}

test.skipIf(why !== undefined)(
  "a Linux kernel finds the board on USB, and its driver and ours talk to it",
  async ({ skip }) => {
    const port = await freePort();
    const inside = await joinedInside();
    await emulator(["--profile", "tiny", "--usbip", String(port)], await folder());
    const run = await inMachine(`set -e
      usbip --tcp-port ${port} list -r 10.0.2.2
      usbip --tcp-port ${port} attach -r 10.0.2.2 -b 1-1
      n=0; until [ -e /dev/usbtmc0 ] || [ $n -ge 100 ]; do n=$((n + 1)); sleep 0.1; done
      echo "kernel before: $(${askKernel})"
      node dist/bundle/pcmlab.js identify --chip USB0::0x1209::0x0001::${serialNumber}::INSTR
      echo "kernel after: $(${askKernel})"
      conformance=0
      node dist/bundle/pcmlab.js conformance --chip USB0::0x1209::0x0001::${serialNumber}::INSTR \
        --only ${checkedGroups} --pulses --json --quiet \
        > /tmp/conformance.json || conformance=$?
      echo "conformance $conformance: $(tr -d '\n' < /tmp/conformance.json)"
      echo "inside: $(node ${inside} ${serialNumber})"`);
    const { stdout, stderr } = run;
    if (run.exitCode === noMachine && !required) {
      skipped(stderr);
      skip(stderr);
    }
    expect(run, stdout).toMatchObject({ exitCode: 0 });
    expect(stdout).toMatch(/1-1: .*\(1209:0001\)[\s\S]*fe\/03\/01/);
    const identification = `pcmlab,TINY,${serialNumber},pcmlab-emulator`;
    expect(stdout).toContain(`kernel before: ${identification}`);
    expect(stdout).toMatch(new RegExp(`^${identification}.*\\narrays +A 64 x 64`, "m"));
    // Our driver took the interface from the kernel's and gave it back.
    expect(stdout).toContain(`kernel after: ${identification}`);
    expectConformance(/^conformance 0: (.*)$/m.exec(stdout)?.[1], stdout);
    expect(JSON.parse(/^inside: (.*)$/m.exec(stdout)?.[1] ?? "null")).toEqual({
      statusByte: 0,
      codes: Array.from({ length: 16 }, () => 4096),
      pulses: 4096,
      secondOpening: "PORT_BUSY",
      stillAnswers: "none",
      withoutPermission: "PORT_PERMISSION",
      afterUnplug: "LINK_LOST",
      unplugged: "PORT_MISSING",
    });
  },
  (vmSeconds + 45) * 1000,
);
