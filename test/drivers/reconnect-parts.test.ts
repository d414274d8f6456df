/** The decisions behind a reconnection: states with every input, plans for what is in doubt, where to look for a board. */

import { describe, expect, test } from "vitest";
import { candidates, portKey } from "../../drivers/chip/candidates.ts";
import {
  type Connection,
  type ConnectionInput,
  isLoss,
  maxBegun,
  nextConnection,
} from "../../drivers/chip/connection.ts";
import { openReconnectingChip } from "../../drivers/chip/reconnecting-chip.ts";
import { type InDoubt, planRecovery, sameChip } from "../../drivers/chip/recovery-plan.ts";
import { openRemoteChip } from "../../drivers/chip/remote-chip.ts";
import { parseResource } from "../../drivers/chip/resource.ts";
import { type BoardSearch, waitForBoard } from "../../drivers/chip/wait-for-board.ts";
import { type PortFacts, plausible } from "../../drivers/serial/port-facts.ts";
import { AnotherBoard } from "../../drivers/transport/sought-board.ts";
import { openUsb } from "../../drivers/usb/open.ts";
import { LabError, unsent } from "../../src/core/errors.ts";
import { benchOf } from "../firmware/bench.ts";
import { exampleDescriptor } from "../firmware/fake-array.ts";
import { VirtualWorld } from "../simulation/virtual-world.ts";
import { FlakyBoard } from "./flaky-board.ts";
import { MemoryUsb } from "./memory-usb.ts";
import { noPorts } from "./reconnect-bench.ts";
import { labError, settled } from "./scripted-transport.ts";
import { VirtualTimer } from "./virtual-timer.ts";

const gone = new LabError("LINK_LOST", "gone");
const other = new LabError("NO_ANSWER", "silent");

describe("a connection", () => {
  const connected: Connection = { kind: "connected" };
  const recovering: Connection = { kind: "recovering", sinceSeconds: 1, cause: gone };
  const settling: Connection = { kind: "settling" };
  const failed: Connection = { kind: "failed", failure: gone };
  const lost: ConnectionInput = { kind: "lost", failure: other, atSeconds: 5, begun: 1 };
  const found: ConnectionInput = { kind: "found" };
  const back: ConnectionInput = { kind: "back" };
  const givenUp: ConnectionInput = { kind: "given-up", failure: other };

  test.each<[Connection, ConnectionInput, Connection]>([
    [connected, lost, { kind: "recovering", sinceSeconds: 5, cause: other }],
    [connected, found, connected],
    [connected, back, connected],
    [connected, givenUp, { kind: "failed", failure: other }],
    [recovering, lost, recovering],
    [recovering, found, settling],
    [recovering, back, recovering],
    [recovering, givenUp, { kind: "failed", failure: other }],
    [settling, lost, { kind: "recovering", sinceSeconds: 5, cause: other }],
    [settling, found, settling],
    [settling, back, connected],
    [settling, givenUp, { kind: "failed", failure: other }],
    [failed, lost, failed],
    [failed, found, failed],
    [failed, back, failed],
    [failed, givenUp, failed],
  ])("%j with %j", (from, input, to) => {
    expect(nextConnection(from, input)).toEqual(to);
  });

  test("fails with the code of the loss when an operation was begun too often", () => {
    const often = { ...lost, begun: maxBegun } as const;
    expect(nextConnection(connected, often)).toMatchObject({
      kind: "failed",
      failure: { code: "NO_ANSWER", cause: other },
    });
  });

  test("is lost by two codes, and by whatever ended its session", () => {
    const garbled = new LabError("BAD_REPLY", "");
    const others = [garbled, new LabError("REFUSED", ""), new Error("")];
    expect([gone, other].map((failure) => isLoss(failure))).toEqual([true, true]);
    expect(others.some((failure) => isLoss(failure))).toBe(false);
    expect(others.map((failure) => isLoss(failure, garbled))).toEqual([true, false, false]);
    expect(isLoss(unsent(garbled), garbled)).toBe(true);
  });
});

describe("a plan", () => {
  const region = { array: 0, row: 0, column: 0, rows: 1, columns: 1 };
  const train = { kind: "shared", mask: Uint8Array.of(1), steps: [] } as const;
  const pulse = (operationId: number, sent = true): InDoubt => ({
    pulse: { operationId, region, train },
    sent,
  });
  const read: InDoubt = { sent: true };
  const before = { bootId: 1, highestId: 9 };
  const inDoubt = [pulse(5), read, pulse(6), pulse(7), pulse(8, false)];

  test.each<[number, number[], number[], number | undefined]>([
    [4, [0, 1, 2, 3, 4], [], undefined],
    [5, [0, 1, 2, 3, 4], [], 0],
    [6, [1, 2, 3, 4], [0], 2],
    [7, [1, 3, 4], [0, 2], 3],
  ])("with last operation %i sends %j and leaves %j unknown", (lastOperationId, send, unknown, recorded) => {
    const at = (numbers: readonly number[]) => numbers.map((n) => inDoubt[n]);
    expect(planRecovery(inDoubt, before, { bootId: 1, lastOperationId })).toEqual({
      kind: "resume",
      send: at(send),
      unknown: at(unknown),
      recorded: recorded === undefined ? undefined : inDoubt[recorded],
    });
  });

  test.each([0, 5, 20])("for another boot id, last operation %i, is to stop", (lastOperationId) => {
    expect(planRecovery(inDoubt, before, { bootId: 2, lastOperationId })).toMatchObject({
      kind: "stop",
      failure: { code: "BOARD_RESTARTED", message: expect.stringContaining("3 pulse operations were") },
    });
  });

  test("leaves all unknown when the board's record is of none of them", () => {
    const plan = planRecovery(inDoubt.slice(0, 4), before, { bootId: 1, lastOperationId: 9 });
    expect(plan).toMatchObject({ send: [read], unknown: { length: 3 }, recorded: undefined });
  });

  test.each([
    ["did not give", [read], 10],
    ["has not sent yet", inDoubt, 8],
    ["gives next", [pulse(8, false)], 8],
  ])("for an id that this program %s is to stop", (_, doubtful, lastOperationId) => {
    expect(planRecovery(doubtful, before, { bootId: 1, lastOperationId })).toMatchObject({
      kind: "stop",
      failure: { code: "LINK_LOST", message: expect.stringContaining("another program pulsed") },
    });
  });

  test("is for the same chip: its maker, model and serial number", () => {
    expect(sameChip(exampleDescriptor, { ...exampleDescriptor, firmware: "3" })).toBe(true);
    for (const field of ["manufacturer", "model", "serialNumber"])
      expect(sameChip(exampleDescriptor, { ...exampleDescriptor, [field]: "else" })).toBe(false);
  });
});

const ftdi = { vendorId: "0403", productId: "6014" };
const before: PortFacts = { path: "/dev/ttyUSB0", serialNumber: "FT1", ...ftdi };
const ports: readonly PortFacts[] = [
  { path: "/dev/ttyS0" },
  { path: "/dev/ttyACM3", vendorId: "12d1", productId: "1001", manufacturer: "Huawei modem" },
  { path: "/dev/ttyUSB1", serialNumber: "FT2", ...ftdi },
  { path: "/dev/ttyACM0", vendorId: "2E8A", productId: "000a", serialNumber: "E66" },
  { path: "/dev/ttyUSB2", serialNumber: "FT1", ...ftdi },
  { path: "/dev/ttyACM1", vendorId: "dead", productId: "beef" },
];

describe("a board is looked for", () => {
  test("where it was, at its bridge, then at plausible ports", () => {
    expect(candidates({ name: "./chip", port: before }, ports, new Set())).toEqual([
      "./chip",
      "/dev/ttyUSB2",
      "/dev/ttyUSB1",
      "/dev/ttyACM0",
    ]);
  });

  test("not where something else answered", () => {
    expect(candidates({ name: "./chip", port: before }, ports, new Set([portKey(ports[2]!)]))).toEqual([
      "./chip",
      "/dev/ttyUSB2",
      "/dev/ttyACM0",
    ]);
  });

  test("only where it was when it was not on USB", () => {
    expect(candidates({ name: "127.0.0.1:5025", port: undefined }, ports, new Set())).toEqual([
      "127.0.0.1:5025",
    ]);
  });

  test("never at ports of unknown vendors, radios and built-in ports", () => {
    expect(ports.filter(plausible).map(({ path }) => path)).toEqual([
      "/dev/ttyUSB1",
      "/dev/ttyACM0",
      "/dev/ttyUSB2",
    ]);
  });
});

describe("a board that comes back elsewhere", () => {
  test("is found by its serial number; another one in its old place is left in peace", async () => {
    const world = new VirtualWorld();
    const mine = new FlakyBoard(world);
    const other = new FlakyBoard(world, false, { ...exampleDescriptor, serialNumber: "other" });
    other.name = undefined;
    mine.comesBack = { name: "/dev/ttyUSB2", afterSeconds: 8 };
    mine.name = "/dev/ttyUSB0";
    const notices: string[] = [];
    const connect = (name: string, sought?: string) =>
      (name === other.name ? other : mine).connect(name, sought);
    const chip = await world.run(
      openReconnectingChip("/dev/serial/by-id/board", {
        timer: world,
        clock: world,
        connect: (name, { sought }) =>
          connect(name === "/dev/serial/by-id/board" ? "/dev/ttyUSB0" : name, sought),
        ports: {
          list: async () => [before, ...ports],
          behind: async () => "/dev/ttyUSB0",
        },
        totalSeconds: 30,
        notice: (text) => notices.push(text),
      }),
    );
    mine.script = (_, number) => {
      if (number > 0) return undefined;
      world.after(1, () => {
        other.name = "/dev/ttyUSB1";
      });
      return "unanswered";
    };
    const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };
    const train = { kind: "per-cell", shape, amplitudeCodes: Uint16Array.of(3) } as const;
    const cell = { array: 0, row: 0, column: 0, rows: 1, columns: 1 };
    expect(await world.run(chip.pulse(cell, train))).toMatchObject({ certainty: "acknowledged" });
    expect(mine.array.trains.length).toBe(1);
    expect(other.array.trains.length).toBe(0);
    expect(other.attempts).toEqual(["/dev/ttyUSB1"]);
    expect(other.heard).toEqual([]);
    expect(chip.resource).toBe("/dev/ttyUSB2");
    expect(notices[1]).toMatch(/^back under \/dev\/ttyUSB2 after \d/);
    await chip.close();
    await expect(chip.now()).rejects.toMatchObject(labError("LINK_LOST"));
  });
});

describe("a port", () => {
  const here: PortFacts = { path: "/dev/ttyUSB1", serialNumber: "FT2", ...ftdi };
  const lost = { name: "./chip", port: before };
  const gone = new LabError("LINK_LOST", "gone");

  /** Searches a board that is at `here` after 30 s. @param answer what is met there before, each time. */
  async function searched(answer: () => LabError, portsAt: (seconds: number) => readonly PortFacts[]) {
    const world = new VirtualWorld();
    const board = new FlakyBoard(world);
    const wanted = await world.run(board.connect("here"));
    const attempts: number[] = [];
    const connect = async (name: string) => {
      if (name !== here.path) throw new LabError("PORT_MISSING", name);
      attempts.push(world.monotonicSeconds());
      if (world.monotonicSeconds() < 30) throw answer();
      return board.connect("here");
    };
    const ports = {
      list: async () => portsAt(world.monotonicSeconds()),
      behind: async (path: string) => path,
    };
    const search = { timer: world, clock: world, connect, ports, totalSeconds: 60 };
    const found = waitForBoard(lost, wanted, gone, search, new AbortController().signal);
    return { attempts, found: await world.run(found.catch((failure: unknown) => failure)) };
  }

  test("is opened under the signal that ends the search", async () => {
    const world = new VirtualWorld();
    const stop = new AbortController();
    const wanted = await world.run(new FlakyBoard(world).connect("here"));
    let left = Number.NaN;
    const connect: BoardSearch["connect"] = (_, { signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          left = world.monotonicSeconds();
          reject(gone);
        });
      });
    const search = { timer: world, clock: world, connect, ports: noPorts, totalSeconds: 60 };
    world.after(7, () => stop.abort());
    const found = waitForBoard(lost, wanted, gone, search, stop.signal);
    await expect(world.run(found)).rejects.toMatchObject(labError("INTERRUPTED"));
    expect(left).toBeCloseTo(7, 1);
    expect(world.waiting).toBe(0);
  });

  const another = () => new AnotherBoard(here.path, "ACME,DMM,1,2");

  test("that sends boot chatter is asked again", async () => {
    const { found } = await searched(
      () => new LabError("NOT_OURS", "9 bytes, but no identification"),
      () => [before, here],
    );
    expect(found).toMatchObject({ name: here.path });
  });

  test("behind which another board identified itself is left alone while that is plugged in", async () => {
    const { attempts, found } = await searched(another, () => [before, here]);
    expect(attempts.length).toBe(1);
    expect(found).toMatchObject(labError("LINK_LOST"));
  });

  test.each([
    ["was unplugged and plugged in", (seconds: number) => (seconds > 28 && seconds < 31 ? [] : [here])],
    ["holds another device", (seconds: number) => [seconds < 31 ? { ...here, serialNumber: "FT3" } : here]],
  ])("that %s is asked again", async (_, portsAt) => {
    const { found } = await searched(another, (seconds) => [before, ...portsAt(seconds)]);
    expect(found).toMatchObject({ name: here.path });
  });
});

/** Time that passes in steps, between which all happens that does not wait for it; a USB transfer takes many turns. */
function stepped(timer: VirtualTimer) {
  let seconds = 0;
  const monotonicSeconds = (): number => seconds;
  const run = async <T>(work: Promise<T>): Promise<T> => {
    let ended = false;
    const over = work.finally(() => {
      ended = true;
    });
    for (await settled(); !ended && seconds < 100; await settled()) {
      seconds += 0.05;
      timer.advance(0.05);
    }
    return over;
  };
  return { monotonicSeconds, wallSeconds: monotonicSeconds, run };
}

test("a USB board that is unplugged while it pulses and plugged in again goes on, named without its serial number", async () => {
  const timer = new VirtualTimer();
  const world = { after: timer.after.bind(timer), ...stepped(timer) };
  const { firmware, array } = benchOf();
  let device: MemoryUsb | undefined = new MemoryUsb(firmware, world, { serialNumber: "U1" });
  const stranger = new MemoryUsb(benchOf().firmware, world, { serialNumber: "U2" });
  const plugged: MemoryUsb[] = [device];
  const usb = { devices: async () => [...plugged], driverOf: async () => undefined };
  const connect = async (name: string) => {
    const resource = parseResource(name);
    if (resource.kind !== "usb") throw new Error(name);
    return openRemoteChip(await openUsb(resource, world, usb), world);
  };
  const chip = await world.run(
    openReconnectingChip("USB0::0x1209::0x0001::INSTR", {
      timer: world,
      clock: world,
      connect,
      ports: { list: async () => [], behind: async (path) => path },
      totalSeconds: 30,
      notice: () => {},
    }),
  );
  // The silicon has had the pulses when the cable goes; the reply is still in the board.
  const pulsing = chip.pulse(
    { array: 0, row: 0, column: 0, rows: 1, columns: 1 },
    {
      kind: "per-cell",
      shape: { widthSeconds: 1e-6, trailingSeconds: 0 },
      amplitudeCodes: Uint16Array.of(9),
    },
  );
  device.unplug();
  plugged.splice(0, 1, stranger);
  device = undefined;
  world.after(4, () => plugged.push(new MemoryUsb(firmware, world, { serialNumber: "U1" })));
  expect(await world.run(pulsing)).toMatchObject({ certainty: "acknowledged", pulses: 1 });
  expect(array.trains.length).toBe(1);
  expect(chip.resource).toBe("USB0::0x1209::0x0001::U1::INSTR");
  expect(stranger.opened).toBe(false);
});
