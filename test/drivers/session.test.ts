import { describe, expect, test } from "vitest";
import { maxPending, Session } from "../../drivers/instrument/session.ts";
import { Inbox } from "../../drivers/transport/inbox.ts";
import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import { labError, type ScriptedTransport, scriptedTransport, settled } from "./scripted-transport.ts";
import { VirtualTimer } from "./virtual-timer.ts";

interface Setup {
  readonly transport: ScriptedTransport;
  readonly timer: VirtualTimer;
  readonly session: Session;
  readonly query: (name: string, seconds?: number) => Promise<string>;
}

function setup(): Setup {
  const transport = scriptedTransport();
  const timer = new VirtualTimer();
  const session = new Session(transport, timer);
  const query = async (name: string, seconds = 5): Promise<string> =>
    textOfBytes(await session.query(bytesOf(`${name}\n`), name, seconds));
  return { transport, timer, session, query };
}

/** How each promise ended, as its value or its error's code. */
const outcomes = async (promises: readonly Promise<string>[]): Promise<string[]> =>
  (await Promise.allSettled(promises)).map((ended) =>
    ended.status === "fulfilled" ? ended.value : ended.reason.code,
  );

describe("requests that are under way together", () => {
  const replies = ["0,1", '0,#15a\n"#9,2', "0"];
  const stream = `${replies[0]}\n${replies[1]}\r\n${replies[2]}\n`;

  test("get their replies in order however the bytes are chopped", async () => {
    for (let at = 0; at <= stream.length; at++) {
      const { transport, query } = setup();
      const asked = ["A?", "B?", "C?"].map((name) => query(name));
      transport.say(stream.slice(0, at));
      transport.say(stream.slice(at));
      expect(await outcomes(asked), `split at ${at}`).toEqual(replies);
      expect(transport.written).toEqual(["A?\n", "B?\n", "C?\n"]);
    }
  });

  test("get their replies byte by byte, too", async () => {
    const { transport, query } = setup();
    const asked = ["A?", "B?", "C?"].map((name) => query(name));
    for (const character of stream) transport.say(character);
    expect(await outcomes(asked)).toEqual(replies);
  });

  test("are answered one at a time: what the first sets off is sent before the second comes back", async () => {
    const { transport, query } = setup();
    const order: string[] = [];
    const first = query("A?").then(() => {
      order.push("A");
      return query("A2?");
    });
    const second = query("B?").then(() => order.push(`B after ${transport.written.length} writes`));
    transport.say("1\n2\n");
    await second;
    expect(order).toEqual(["A", "B after 3 writes"]);
    transport.say("3\n");
    expect(await first).toBe("3");
  });

  test(`are at most ${maxPending}`, async () => {
    const { transport, query } = setup();
    const asked = Array.from({ length: maxPending }, () => query("A?"));
    await expect(query("B?")).rejects.toThrow(RangeError);
    transport.say("1\n".repeat(maxPending));
    expect(await outcomes(asked)).toEqual(new Array(maxPending).fill("1"));
  });
});

describe("a reply that does not come", () => {
  test("ends the session for all requests after the time of the oldest", async () => {
    const { transport, timer, query } = setup();
    const asked = [query("A?", 5), query("B?", 60)];
    timer.advance(4.999);
    await settled();
    expect(transport.isClosed).toBe(false);
    timer.advance(0.001);
    expect(await outcomes(asked)).toEqual(["NO_ANSWER", "NO_ANSWER"]);
    await expect(asked[0]).rejects.toThrow("script did not answer A? within 5 s");
    expect(transport.isClosed).toBe(true);
    expect(await outcomes([query("C?")])).toEqual(["NO_ANSWER"]);
    expect(transport.written).toEqual(["A?\n", "B?\n"]);
    expect(timer.waiting).toBe(0);
  });

  test("has its own time from when it is the oldest", async () => {
    const { transport, timer, query } = setup();
    const [first, second] = [query("A?", 5), query("B?", 60)];
    timer.advance(4);
    transport.say("1\n");
    expect(await first).toBe("1");
    timer.advance(59);
    transport.say("2\n");
    expect(await second).toBe("2");
    expect(timer.waiting).toBe(0);
  });

  test("counts as not come when it is only half there", async () => {
    const { transport, timer, query } = setup();
    const asked = query("A?");
    transport.say("0,#3100abc\n");
    timer.advance(5);
    expect(await outcomes([asked])).toEqual(["NO_ANSWER"]);
  });
});

describe("bytes that the protocol does not allow", () => {
  test.each([
    ["that nobody asked for", "hello\n"],
    ["that break a block", "0,#x\n"],
    ["that announce more than a reply may hold", "0,#9999999999"],
  ])("%s end the session", async (_, text) => {
    const { transport, query } = setup();
    transport.say(text);
    await settled();
    expect(await outcomes([query("A?")])).toEqual(["BAD_REPLY"]);
    expect(transport.isClosed).toBe(true);
  });

  test("behind a good reply leave that reply alone and fail the rest", async () => {
    const { transport, query } = setup();
    const asked = [query("A?"), query("B?")];
    transport.say("1\n#0\n2\n");
    expect(await outcomes(asked)).toEqual(["1", "BAD_REPLY"]);
  });

  test("in a flood are dropped after the first: line feeds, zeros, ones", async () => {
    const floods: [string, string][] = [
      ["\n".repeat(200_000), ""],
      ["\x00".repeat(5 << 20), "BAD_REPLY"],
      ["\xff".repeat(5 << 20), "BAD_REPLY"],
    ];
    for (const [flood, answer] of floods) {
      const { transport, query } = setup();
      const first = outcomes([query("A?")]);
      transport.say(flood);
      await settled();
      expect(await first).toEqual([answer]);
      expect(await outcomes([query("B?")])).toEqual(["BAD_REPLY"]);
    }
  });
});

describe("a connection that ends", () => {
  test("fails what is under way and what comes later", async () => {
    const { transport, timer, query } = setup();
    const asked = [query("A?"), query("B?")];
    transport.lose();
    expect(await outcomes([...asked, query("C?")])).toEqual(["LINK_LOST", "LINK_LOST", "LINK_LOST"]);
    expect(timer.waiting).toBe(0);
  });

  test("by our own closing fails what is under way", async () => {
    const { session, timer, query, transport } = setup();
    const asked = [query("A?"), query("B?")];
    await session.close();
    expect(await outcomes([...asked, query("C?")])).toEqual(["LINK_LOST", "LINK_LOST", "LINK_LOST"]);
    expect(timer.waiting).toBe(0);
    expect(transport.isClosed).toBe(true);
    await session.close();
  });

  test("still hands out the replies that came in time", async () => {
    const { transport, query } = setup();
    const asked = [query("A?"), query("B?")];
    transport.say("1\n");
    transport.lose();
    expect(await outcomes(asked)).toEqual(["1", "LINK_LOST"]);
  });

  test("shows at a write that fails, with its cause", async () => {
    const { transport, query } = setup();
    const cause = new Error("EIO");
    transport.failWrites(cause);
    await expect(query("A?")).rejects.toMatchObject({ ...labError("LINK_LOST"), cause });
    expect(transport.isClosed).toBe(true);
  });

  test("keeps the reason that the transport gave", async () => {
    const { transport, query } = setup();
    const reason = new LabError("LINK_LOST", "unplugged");
    transport.failWrites(reason);
    await expect(query("A?")).rejects.toBe(reason);
  });
});

describe("an inbox", () => {
  const heard = (inbox: Inbox): string[] => {
    const events: string[] = [];
    inbox.listen({
      bytes: (chunk) => events.push(textOfBytes(chunk)),
      closed: (reason) => events.push(reason.code),
    });
    return events;
  };

  test("keeps what came before anybody listened, and the end", () => {
    const inbox = new Inbox();
    inbox.bytes(bytesOf("a"));
    inbox.bytes(bytesOf("b"));
    inbox.close(new LabError("LINK_LOST", "gone"));
    inbox.bytes(bytesOf("c"));
    inbox.close(new LabError("NO_ANSWER", "again"));
    expect(heard(inbox)).toEqual(["a", "b", "LINK_LOST"]);
  });

  test("gives up a line that talks by itself", () => {
    const inbox = new Inbox();
    for (let n = 0; n < 17; n++) inbox.bytes(new Uint8Array(1 << 16));
    expect(inbox.closedBy).toMatchObject(labError("NOT_OURS"));
  });

  test("has one listener", () => {
    const inbox = new Inbox();
    heard(inbox);
    expect(() => heard(inbox)).toThrow(TypeError);
  });
});
