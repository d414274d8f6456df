import { describe, expect, test } from "vitest";
import { EventClients, type EventSink, eventText } from "../../src/dashboard/event-clients.ts";

class Ear implements EventSink {
  readonly heard: string[] = [];
  writableLength = 0;
  state: "open" | "ended" | "destroyed" = "open";
  readonly #reads: boolean;

  constructor(reads = true) {
    this.#reads = reads;
  }

  write(text: string): void {
    this.heard.push(text);
    if (!this.#reads) this.writableLength += text.length;
  }

  end(): void {
    this.state = "ended";
  }

  destroy(): void {
    this.state = "destroyed";
  }
}

describe("listeners", () => {
  test("hear the state first, then everything, until they leave", () => {
    const clients = new EventClients({ most: 4, mostWaitingBytes: 100 });
    const [staying, leaving] = [new Ear(), new Ear()];
    clients.add(staying, "state");
    const leave = clients.add(leaving, "state");
    clients.send("a");
    leave();
    clients.send("b");
    expect(staying.heard).toEqual(["state", "a", "b"]);
    expect(leaving.heard).toEqual(["state", "a"]);
    expect(clients.count).toBe(1);
  });

  test("are bounded in number, and a place is free again when one leaves", () => {
    const clients = new EventClients({ most: 2, mostWaitingBytes: 100 });
    clients.add(new Ear(), "");
    const leave = clients.add(new Ear(), "");
    expect(clients.isFull).toBe(true);
    leave();
    expect(clients.isFull).toBe(false);
  });

  test("one who does not read is dropped at its limit, and the others hear on", () => {
    const clients = new EventClients({ most: 4, mostWaitingBytes: 100 });
    const [deaf, other] = [new Ear(false), new Ear()];
    clients.add(deaf, "");
    clients.add(other, "");
    for (let event = 0; event < 20; event++) clients.send("0123456789");
    expect(deaf.state).toBe("destroyed");
    expect(deaf.heard.join("")).toHaveLength(110);
    expect(other.heard).toHaveLength(21);
    expect(clients.count).toBe(1);
  });

  test("are all told when it ends", () => {
    const clients = new EventClients({ most: 4, mostWaitingBytes: 100 });
    const ears = [new Ear(), new Ear()];
    for (const ear of ears) clients.add(ear, "");
    clients.closeAll();
    expect(ears.map(({ state }) => state)).toEqual(["ended", "ended"]);
    expect(clients.count).toBe(0);
  });
});

test("an event is two lines and an empty one, whatever is in it", () => {
  expect(eventText("part", { text: "a\n\nevent: other\r" })).toBe(
    'event: part\ndata: {"text":"a\\n\\nevent: other\\r"}\n\n',
  );
});
