import { describe, expect, test } from "vitest";
import { openRemoteChip } from "../../drivers/chip/remote-chip.ts";
import { Session } from "../../drivers/instrument/session.ts";
import { linkEndOf } from "../../drivers/link/link-failure.ts";
import { linkIfOffered, linkOrPlain } from "../../drivers/link/link-or-plain.ts";
import { type LinkOptions, openLink } from "../../drivers/link/link-transport.ts";
import { encodeFrame } from "../../firmware-protocol/frame/frame.ts";
import { framesDamaged } from "../../firmware-protocol/link/counters.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { benchOf } from "../firmware/bench.ts";
import { VirtualWorld } from "../simulation/virtual-world.ts";
import { type Cable, cableTo, linkedBoard } from "./linked-cable.ts";
import { labError } from "./scripted-transport.ts";

const whole = { array: 0, row: 0, column: 0, rows: 4, columns: 4 };
const session = 0xcafe;

/** A board with a link, and the link to it. */
async function linked(world: VirtualWorld, options: LinkOptions = {}) {
  const bench = benchOf();
  const { cable, line } = linkedBoard(world, bench.firmware);
  const link = await openLink(cable.transport, world, world, session, options);
  return { ...bench, cable, boardLine: line, link };
}

const inWorld = <T>(work: (world: VirtualWorld) => Promise<T>): Promise<T> => {
  const world = new VirtualWorld();
  return world.run(work(world));
};

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.fail("did not fail"),
    (failure: unknown) => failure,
  );

describe("a link to a board", () => {
  test("carries the Chip port unchanged", () =>
    inWorld(async (world) => {
      const { link, boardLine } = await linked(world);
      const chip = await openRemoteChip(link, world);
      const { codeSums } = await chip.read(whole, { averages: 3, readVolts: 0.2 });
      expect([...codeSums]).toEqual(Array.from({ length: 16 }, (_, n) => 3 * (n + 1)));
      const shape = { widthSeconds: 1e-6, trailingSeconds: 0 };
      const amplitudeCodes = new Uint16Array(16).fill(100);
      expect((await chip.pulse(whole, { kind: "per-cell", shape, amplitudeCodes })).pulses).toBe(16);
      await chip.close();
      const [host, board] = [link.counters(), boardLine.counters()];
      expect(host.bytesSent).toBe(board.bytesDelivered);
      expect(board.bytesSent).toBe(host.bytesDelivered);
      expect([host.closes, board.closes, host.illegal, board.illegal]).toEqual([1, 1, 0, 0]);
    }));

  test("repairs what the cable damages", () =>
    inWorld(async (world) => {
      const { link, cable, boardLine } = await linked(world);
      const chip = await openRemoteChip(link, world);
      let writes = 0;
      cable.disturb = (bytes) => {
        writes++;
        if (writes % 5 === 1) return undefined;
        if (writes % 5 === 3) bytes[writes % bytes.length]! ^= 0x10;
        return bytes;
      };
      for (let times = 0; times < 10; times++) {
        expect(await chip.now()).toBe(0);
      }
      cable.disturb = (bytes) => bytes;
      await chip.close();
      expect(link.counters().retransmitted).toBeGreaterThan(2);
      expect(framesDamaged(boardLine.counters()) + boardLine.counters().plainBytes).toBeGreaterThan(3);
    }));

  test("leaves plain lines on the same port to who sends them, and answers each the way it came", () =>
    inWorld(async (world) => {
      const { link, cable, boardLine } = await linked(world);
      let plain = "";
      const heard = new Session(link, world);
      // What is no frame passes the link by; the cable is tapped to see it.
      const say = cable.say;
      cable.say = (bytes) => {
        if (bytes[0] !== 0) plain += textOfBytes(bytes);
        say(bytes);
      };
      void boardLine.receive(bytesOf("SYST:LINK?\n"));
      const framed = await heard.query(bytesOf("SYST:VERS?\n"), "version", 5);
      void boardLine.receive(bytesOf("*OPC?\n"));
      await world.pause(0.1);
      expect(textOfBytes(framed)).toBe("1999.0");
      expect(plain).toBe("0,1,1,16384,64\n1\n");
      expect(textOfBytes(await heard.query(bytesOf("*OPC?\n"), "*OPC?", 5))).toBe("1");
      await heard.close();
    }));

  test("ends with the first contact of a program in plain lines, and disturbs it with no frame", () =>
    inWorld(async (world) => {
      const { link, cable, boardLine } = await linked(world);
      const heard = new Session(link, world);
      cable.disturb = () => undefined;
      const lost = heard.query(bytesOf("SYST:VERS?\n"), "version", 5).catch((failure: unknown) => failure);
      await world.pause(0.001);
      cable.disturb = (bytes) => bytes;
      await world.pause(0.01);
      let said: Uint8Array = new Uint8Array(0);
      cable.say = (bytes) => {
        said = concatBytes([said, bytes]);
      };
      for (const part of ["\n*I", "DN?", "\n"]) void boardLine.receive(bytesOf(part));
      await world.pause(0.02);
      expect(textOfBytes(said)).toBe("Example Lab,PCM-16,0042,2.1.0\n");
      expect(boardLine.counters()).toMatchObject({ sessionsOpened: 1, sessionsFailed: 1 });
      await heard.close();
      await lost;
    }));

  test("does not give up a message that rests inside a frame, as a plain line would", () =>
    inWorld(async (world) => {
      const { link, errors } = await linked(world);
      const heard = new Session(link, world);
      await heard.send(bytesOf("SYST:"));
      await world.pause(5);
      expect(textOfBytes(await heard.query(bytesOf("VERS?\n"), "version", 5))).toBe("1999.0");
      expect(errors()).toEqual([]);
      await heard.close();
    }));

  test("forgets half a message with its session", () =>
    inWorld(async (world) => {
      const { link, cable, errors, boardLine } = await linked(world);
      await link.write(bytesOf("SYST:VE"));
      await world.pause(0.1);
      cable.pull();
      const again = cableTo(world, (bytes) => boardLine.receive(bytes));
      Object.assign(cable, { say: again.say });
      const next = await openLink(again.transport, world, world, session + 1);
      const heard = new Session(next, world);
      expect(textOfBytes(await heard.query(bytesOf("*OPC?\n"), "*OPC?", 5))).toBe("1");
      expect(errors()).toEqual([]);
      await heard.close();
    }));
});

describe("writing", () => {
  test("comes back when the window has room, and memory stays bounded", () =>
    inWorld(async (world) => {
      const { link, cable } = await linked(world, { limits: { payloadBytes: 1024, windowFrames: 64 } });
      const before = cable.writtenBytes;
      cable.disturb = () => undefined;
      let accepted = 0;
      const writes = Array.from({ length: 10 }, () =>
        link.write(new Uint8Array(32_768)).then(
          () => accepted++,
          () => undefined,
        ),
      );
      await world.pause(0.04);
      expect(accepted).toBe(3);
      expect(cable.writtenBytes - before).toBeLessThan(70_000);
      await link.close();
      await Promise.all(writes);
      expect(accepted).toBe(3);
    }));

  test("takes its own copy", () =>
    inWorld(async (world) => {
      const { link } = await linked(world);
      const heard = new Session(link, world);
      const message = bytesOf("*OPC?\n");
      const answer = heard.query(message, "*OPC?", 5);
      message.fill(0x21);
      expect(textOfBytes(await answer)).toBe("1");
      await heard.close();
    }));

  test("a long message is as whole as a short one", () =>
    inWorld(async (world) => {
      const { link, errors } = await linked(world);
      const heard = new Session(link, world);
      const message = concatBytes([bytesOf("A #6300000"), new Uint8Array(300_000), bytesOf("\n")]);
      await heard.send(message);
      expect(textOfBytes(await heard.query(bytesOf("*OPC?\n"), "*OPC?", 5))).toBe("1");
      expect(errors()).toEqual([-363]);
      await heard.close();
    }));
});

describe("the end of a link", () => {
  const endings: readonly [string, string, string | undefined, (cable: Cable) => void][] = [
    ["a pulled cable", "LINK_LOST", undefined, (cable) => cable.pull()],
    ["silence", "NO_ANSWER", "silent", (cable) => Object.assign(cable, { disturb: () => undefined })],
    ["a restart", "LINK_LOST", "reset", (cable) => cable.say(encodeFrame(frame("reset", Uint8Array.of(1))))],
    ["a close by the board", "LINK_LOST", "closedByPeer", (cable) => cable.say(encodeFrame(frame("close")))],
    [
      "a checksum that is always wrong",
      "NO_ANSWER",
      "silent",
      (cable) => {
        cable.disturb = (bytes) => bytes.fill(0x55, 2, 4);
      },
    ],
  ];
  const frame = (kind: "reset" | "close" | "accept", payload = new Uint8Array(0)) => ({
    kind,
    session,
    sequence: 0,
    acknowledgement: 0,
    window: 0,
    payload,
  });

  test.each(endings)("by %s is a %s", (_, code, reason, end) =>
    inWorld(async (world) => {
      const { link, cable } = await linked(world);
      const heard = new Session(link, world);
      end(cable);
      const failure = await failureOf(heard.query(bytesOf("*OPC?\n"), "*OPC?", 60));
      expect(failure).toMatchObject({ ...labError(code), message: expect.stringContaining("cable") });
      expect(linkEndOf(failure)).toBe(reason);
      await expect(link.write(Uint8Array.of(1))).rejects.toMatchObject(labError(code));
      expect(cable.isClosed).toBe(true);
    }),
  );

  test("by the host is agreed on, and the port is closed", () =>
    inWorld(async (world) => {
      const { link, cable, boardLine } = await linked(world);
      await Promise.all([link.close(), link.close()]);
      expect([cable.isClosed, boardLine.counters().closes]).toEqual([true, 1]);
      await expect(link.write(Uint8Array.of(1))).rejects.toMatchObject(labError("LINK_LOST"));
    }));

  test("by the host costs 0.6 s where nobody answers", () =>
    inWorld(async (world) => {
      const { link, cable } = await linked(world);
      cable.disturb = () => undefined;
      const before = world.monotonicSeconds();
      await link.close();
      expect(world.monotonicSeconds() - before).toBeLessThan(0.7);
    }));

  test("before it began is NO_ANSWER after 4.5 s, and the port stays open", () =>
    inWorld(async (world) => {
      const cable = cableTo(world, () => {});
      const failure = await failureOf(openLink(cable.transport, world, world, session));
      expect(failure).toMatchObject(labError("NO_ANSWER"));
      expect(linkEndOf(failure)).toBe("noAnswer");
      expect(world.monotonicSeconds()).toBeCloseTo(4.5);
      expect(cable.isClosed).toBe(false);
    }));

  test("before it began, by a board of another version, is NOT_OURS at once", () =>
    inWorld(async (world) => {
      const cable: Cable = cableTo(world, () => cable.say(encodeFrame(frame("reset", Uint8Array.of(2)))));
      const failure = await failureOf(openLink(cable.transport, world, world, session));
      expect(failure).toMatchObject(labError("NOT_OURS"));
      expect(world.monotonicSeconds()).toBeLessThan(0.1);
    }));

  test("does not come from floods of zeros, ones and text", () =>
    inWorld(async (world) => {
      const { link, cable } = await linked(world);
      const heard = new Session(link, world);
      for (const byte of [0x00, 0xff, 0x41, 0x0a]) cable.say(new Uint8Array(100_000).fill(byte));
      cable.say(encodeFrame(frame("accept", Uint8Array.of(9, 9))));
      await world.pause(0.1);
      cable.say(Uint8Array.of(0));
      expect(textOfBytes(await heard.query(bytesOf("*OPC?\n"), "*OPC?", 5))).toBe("1");
      await heard.close();
    }));

  test("leaves nothing that waits, half a message in plain lines neither", () =>
    inWorld(async (world) => {
      const { link, boardLine } = await linked(world);
      await link.close();
      boardLine.receive(bytesOf("ARR:READ? 0,0,0,4,4,1,0.2,#16"));
      expect(world.waiting).toBeGreaterThan(0);
      boardLine.stop();
      await world.pause(0.1);
      expect(world.waiting).toBe(0);
    }));
});

describe("a port of which nobody knows whether it has a link", () => {
  test("gets one where the board has it", () =>
    inWorld(async (world) => {
      const { cable } = linkedBoard(world, benchOf().firmware);
      const line = await linkOrPlain(cable.transport, world, world, session);
      expect(line.kind).toBe("link");
      const chip = await openRemoteChip(line.transport, world);
      expect(chip.identification).toContain("PCM-16");
      await chip.close();
    }));

  test("is used in plain lines where it has none", () =>
    inWorld(async (world) => {
      const bench = benchOf();
      const cable: Cable = cableTo(world, (bytes) => {
        for (const response of bench.line.receive(bytes)) cable.say(response);
      });
      const line = await linkOrPlain(cable.transport, world, world, session);
      expect(line.kind).toBe("plain");
      const chip = await openRemoteChip(line.transport, world);
      expect((await chip.read(whole, { averages: 1, readVolts: 0.2 })).codeSums.length).toBe(16);
      await chip.close();
      expect(cable.isClosed).toBe(true);
    }));

  test("is asked for a link in plain lines, and one without costs a round trip", () =>
    inWorld(async (world) => {
      const bench = benchOf();
      const without: Cable = cableTo(world, (bytes) => {
        for (const response of bench.line.receive(bytes)) without.say(response);
      });
      const started = world.monotonicSeconds();
      const line = await linkIfOffered(without.transport, world, world, session);
      expect(line.kind).toBe("plain");
      expect(world.monotonicSeconds() - started).toBeLessThan(0.01);
      await (await openRemoteChip(line.transport, world)).close();

      const { cable } = linkedBoard(world, benchOf().firmware);
      const better = await linkIfOffered(cable.transport, world, world, session);
      expect(better.kind).toBe("link");
      await (await openRemoteChip(better.transport, world)).close();
    }));

  test("is asked again when the question or its answer is lost", () =>
    inWorld(async (world) => {
      const { cable } = linkedBoard(world, benchOf().firmware);
      let losses = 2;
      cable.disturb = (bytes) => (losses-- > 0 ? undefined : bytes);
      const line = await linkIfOffered(cable.transport, world, world, session);
      expect(line.kind).toBe("link");
      await line.transport.close();
    }));

  test.each([
    ["asked for", linkIfOffered],
    ["opened", linkOrPlain],
  ])("and that says nothing is left at once when it is closed while its link is %s", (_, open) =>
    inWorld(async (world) => {
      const { transport } = cableTo(world, () => {});
      world.after(2, () => void transport.close());
      await expect(open(transport, world, world, session)).rejects.toMatchObject(labError("LINK_LOST"));
      expect([world.monotonicSeconds(), world.waiting]).toEqual([2, 0]);
    }),
  );

  test("is closed when its link cannot be used", () =>
    inWorld(async (world) => {
      const refusal = encodeFrame({
        kind: "reset",
        session,
        sequence: 0,
        acknowledgement: 0,
        window: 0,
        payload: Uint8Array.of(3),
      });
      const cable: Cable = cableTo(world, () => cable.say(refusal));
      await expect(linkOrPlain(cable.transport, world, world, session)).rejects.toMatchObject(
        labError("NOT_OURS"),
      );
      expect(cable.isClosed).toBe(true);
    }));
});
