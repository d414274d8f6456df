import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock, systemTimer } from "../../src/core/system-clock.ts";
import type { AccessRules } from "../../src/dashboard/access.ts";
import { AccessToken } from "../../src/dashboard/access-token.ts";
import { DashboardServer, type ServerLimits } from "../../src/dashboard/server.ts";
import { Site } from "../../src/dashboard/site.ts";
import { html } from "../../src/report/markup.ts";
import { turns, VirtualTime } from "./virtual-time.ts";

const titles = new Map([
  ["drift", "Drift"],
  ["wear", "Wear"],
]);
const anybody: AccessRules = { names: [], token: undefined };
const host = "127.0.0.1:8026";

const panel = (id: string, text: string) => ({
  id,
  title: titles.get(id) ?? id,
  markup: html`<p>${text}</p>`,
  document: { text },
});

function filledSite(): Site {
  const site = new Site({ title: "<network>", subtitle: "run.db" }, titles);
  site.put(panel("drift", "first"));
  return site;
}

interface Bench {
  readonly server: DashboardServer;
  readonly site: Site;
  readonly time: VirtualTime;
}

/** Without sockets, in virtual time. */
function bench(access = anybody, limits: Partial<ServerLimits> = {}): Bench {
  const site = filledSite();
  const time = new VirtualTime();
  const server = new DashboardServer({ site, access, clock: time, timer: time, limits });
  onTestFinished(() => server.close());
  return { server, site, time };
}

describe("what is answered", () => {
  test("is the page with its parts, and nothing of it comes from elsewhere", async () => {
    const { server } = bench();
    const answer = await server.inject({ url: "/", headers: { host } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.body).toContain("&lt;network&gt;");
    expect(answer.body).toContain("<p>first</p>");
    expect(answer.body).not.toMatch(/<script(?! src="dashboard\.js" defer>)|\son[a-z]+=|\sstyle=|<style/);
    const addresses = [...answer.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(
      addresses.filter(
        (address) => !/^(#[a-z]*|icon\.svg|style\.css|dashboard\.js|help)$/.test(address ?? ""),
      ),
    ).toEqual([]);
  });

  test.each([
    "/",
    "/style.css",
    "/dashboard.js",
    "/icon.svg",
    "/help",
    "/api",
    "/api/drift",
    "/parts/drift",
    "/nothing",
    "/parts/nothing",
    "/api/nothing",
  ])("%s has the headers that keep others out", async (url) => {
    const { server } = bench();
    const { headers } = await server.inject({ url, headers: { host } });
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|\*|http/);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "private, no-cache",
    });
  });

  test("parts come as markup and as JSON, and what does not exist says so", async () => {
    const { server } = bench();
    const ask = async (url: string) => server.inject({ url, headers: { host } });
    expect((await ask("/parts/drift")).body).toBe("<p>first</p>");
    expect((await ask("/api/drift")).json()).toEqual({ text: "first" });
    expect((await ask("/api")).json()).toMatchObject({
      title: "<network>",
      parts: [{ name: "drift", path: "/api/drift" }, { name: "wear" }],
    });
    for (const url of [
      "/parts/nothing",
      "/api/nothing",
      "/nothing",
      "/parts/",
      "/parts/..%2fapi",
      "/parts/__proto__",
    ])
      expect((await ask(url)).statusCode).toBe(404);
    expect((await ask("/parts/%zz")).statusCode).toBe(400);
  });

  test("is not sent again to whoever has it", async () => {
    const { server, site } = bench();
    for (const url of ["/", "/parts/drift", "/api/drift", "/style.css"]) {
      const { headers } = await server.inject({ url, headers: { host } });
      const tag = String(headers.etag);
      const again = await server.inject({ url, headers: { host, "if-none-match": `"other", W/${tag}` } });
      expect([again.statusCode, again.body]).toEqual([304, ""]);
      if (url === "/style.css") continue;
      site.put(panel("drift", `after ${url}`));
      const changed = await server.inject({ url, headers: { host, "if-none-match": tag } });
      expect(changed.statusCode).toBe(200);
      expect(changed.body).toContain(`after ${url}`);
    }
  });

  test("to HEAD is the same without its text", async () => {
    const { server } = bench();
    const full = await server.inject({ url: "/parts/drift", headers: { host } });
    const head = await server.inject({ method: "HEAD", url: "/parts/drift", headers: { host } });
    expect([head.statusCode, head.body]).toEqual([200, ""]);
    expect(head.headers.etag).toBe(full.headers.etag);
    expect(head.headers["content-length"]).toBe(String(full.body.length));
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS"] as const)(
    "to %s is no, whatever the address",
    async (method) => {
      const { server } = bench();
      for (const url of ["/", "/nothing"]) {
        const { statusCode, headers } = await server.inject({ method, url, headers: { host }, payload: "x" });
        expect([statusCode, headers.allow]).toEqual([405, "GET, HEAD"]);
      }
    },
  );

  test("without the token is no; with it in the address a cookie, and then everything", async () => {
    const token = "0123456789abcdef";
    const { server } = bench({ names: [], token: new AccessToken(token) });
    const refused = await server.inject({ url: "/api/drift", headers: { host } });
    expect([refused.statusCode, refused.headers["www-authenticate"]]).toEqual([401, 'Bearer realm="pcmlab"']);
    expect(refused.body).not.toContain("first");
    const known = await server.inject({ url: `/api/drift?token=${token}`, headers: { host } });
    expect([known.statusCode, known.headers.location]).toEqual([303, "/api/drift"]);
    const cookie = String(known.headers["set-cookie"]).split(";")[0] ?? "";
    expect((await server.inject({ url: "/api/drift", headers: { host, cookie } })).json()).toEqual({
      text: "first",
    });
    const unknownName = await server.inject({ url: "/", headers: { host: "evil.example", cookie } });
    expect(unknownName.statusCode).toBe(403);
  });
});

describe("who asks too fast", () => {
  const limits = {
    together: { unitsPerSecond: 2, burstUnits: 4 },
    connection: { unitsPerSecond: 100, burstUnits: 100 },
    longestWaitSeconds: 2,
  };

  test("is answered late, then refused for a while, and answered again after it", async () => {
    const { server, time } = bench(anybody, limits);
    const statuses: number[] = [];
    const ask = async () =>
      statuses.push((await server.inject({ url: "/parts/drift", headers: { host } })).statusCode);
    const asked = Array.from({ length: 12 }, ask);
    await turns();
    // The burst, and the one that overdraws it.
    expect(statuses).toHaveLength(5);
    time.advance(0.5);
    await turns();
    expect(statuses).toHaveLength(6);
    await time.pass(2);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(8);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(3);
    await time.pass(10);
    await Promise.all(asked);
    const later = await server.inject({ url: "/parts/drift", headers: { host } });
    expect(later.statusCode).toBe(200);
  });

  test("is told when to come back, on a connection that ends", async () => {
    const { server, time } = bench(anybody, { ...limits, longestWaitSeconds: 0.1 });
    const asked = Array.from({ length: 6 }, () => server.inject({ url: "/api", headers: { host } }));
    await turns();
    await time.pass(3);
    const refused = (await Promise.all(asked)).filter(({ statusCode }) => statusCode === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers).toMatchObject({ "retry-after": "1", connection: "close" });
  });

  test("pays for bytes as well: large answers make others wait longer", async () => {
    const { server, site, time } = bench(anybody, { ...limits, longestWaitSeconds: 10 });
    site.put(panel("drift", "x".repeat(32_768 * 8)));
    expect((await server.inject({ url: "/parts/drift", headers: { host } })).statusCode).toBe(200);
    const next = server.inject({ url: "/api", headers: { host } });
    await time.pass(1.5);
    let done = false;
    void next.then(() => {
      done = true;
    });
    await turns();
    expect(done).toBe(false);
    await time.pass(2);
    expect((await next).statusCode).toBe(200);
  });
});

/** On a real port of the loopback interface. */
async function listening(limits: Partial<ServerLimits> = {}) {
  const site = filledSite();
  const server = new DashboardServer({
    site,
    access: anybody,
    clock: systemClock,
    timer: systemTimer,
    limits,
  });
  const port = await server.listen("127.0.0.1", 0);
  onTestFinished(() => server.close());
  return { server, site, port };
}

const answered = async (port: number, path: string): Promise<IncomingMessage> => {
  const request = get({ host: "127.0.0.1", port, path, agent: false });
  const [message] = await once(request, "response");
  return message;
};

/** A listener to events: what it has heard so far, and a wait for more. */
class Listener {
  #text = "";
  readonly #message: IncomingMessage;
  readonly ended: Promise<void>;

  constructor(message: IncomingMessage) {
    this.#message = message;
    this.ended = new Promise((resolve) => message.once("close", () => resolve()));
    message.setEncoding("utf8").on("data", (text) => {
      this.#text += text;
    });
    message.on("error", () => {});
  }

  /** What has been heard up to the end of the first match; it is not heard again. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match === null) {
        await once(this.#message, "data");
        continue;
      }
      const end = match.index + match[0].length;
      const heard = this.#text.slice(0, end);
      this.#text = this.#text.slice(end);
      return heard;
    }
  }
}

describe("on real sockets", () => {
  test("a listener hears the state, then each part that changed, and the end", async () => {
    const { server, site, port } = await listening();
    const message = await answered(port, "/events");
    expect(message.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    const listener = new Listener(message);
    expect(await listener.until(/\n\n/)).toMatch(
      /^event: state\ndata: \{"nowSeconds":[\d.]+,"tags":\{"drift":"[\w-]+","wear":"[\w-]+"\}\}\n\n$/,
    );
    const tag = site.put(panel("drift", "second")) ?? "";
    server.announce("drift", tag);
    expect(await listener.until(/event: part\n.*\n\n/)).toContain(`"tags":{"drift":"${tag}"}`);
    const fetched = await answered(port, "/parts/drift");
    expect(fetched.headers.etag).toBe(`"${tag}"`);
    expect(site.put(panel("drift", "second"))).toBeUndefined();
    await server.close();
    await listener.ended;
  });

  test("a heartbeat comes again and again", async () => {
    const { port } = await listening({ heartbeatSeconds: 0.01 });
    const listener = new Listener(await answered(port, "/events"));
    expect(await listener.until(/(event: alive\ndata: \{"nowSeconds":[\d.]+\}\n\n.*){3}/s)).toContain(
      "event: alive",
    );
  });

  test("one listener more than there is room for is told so, until one leaves", async () => {
    const { server, port } = await listening({ eventClients: 2 });
    const [first] = [await answered(port, "/events"), await answered(port, "/events")];
    const refused = await answered(port, "/events");
    expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([503, "10"]);
    expect(String(await once(refused.setEncoding("utf8"), "data"))).toContain("2 pages listen already");
    first?.destroy();
    while (server.listeners === 2) await turns(1);
    expect((await answered(port, "/events")).statusCode).toBe(200);
  });

  test("a listener that does not read is dropped, and one that reads hears everything", async () => {
    const { server, port } = await listening();
    const reading = new Listener(await answered(port, "/events"));
    const deaf = connect(port, "127.0.0.1");
    onTestFinished(() => void deaf.destroy());
    await once(deaf, "connect");
    deaf.pause().write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    while (server.listeners < 2) await turns(1);
    let batch = 0;
    for (; server.listeners === 2 && batch < 1000; batch++) {
      for (let event = 0; event < 400; event++) server.announce("drift", `${batch}.${event}.`);
      await reading.until(new RegExp(`"${batch}\\.399\\."`));
    }
    expect(server.listeners).toBe(1);
    server.announce("drift", "last");
    await reading.until(/"last"/);
  });

  test("more connections than there is room for are closed at once", async () => {
    const { port } = await listening({ connections: 2 });
    const sockets: Socket[] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const third = connect(port, "127.0.0.1");
    third.on("error", () => {});
    await once(third, "close");
    for (const socket of sockets) socket.destroy();
  });

  test("many requests on one connection, sent without waiting, cost a bounded number of answers", async () => {
    const { port } = await listening({
      longestWaitSeconds: 0.05,
      connection: { unitsPerSecond: 20, burstUnits: 5 },
    });
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => {});
    socket.write("GET /api HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(500));
    await once(socket, "close");
    const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
    expect(statuses.filter((status) => status === "200").length).toBeLessThan(20);
    expect(statuses).toContain("429");
  });

  test("a port that is taken, and a host that is not here, are told in a line", async () => {
    const { port } = await listening();
    const options = { site: filledSite(), access: anybody, clock: systemClock, timer: systemTimer };
    await expect(new DashboardServer(options).listen("127.0.0.1", port)).rejects.toMatchObject({
      code: "PORT_BUSY",
      message: `127.0.0.1:${port} is in use by another program`,
    });
    await expect(new DashboardServer(options).listen("192.0.2.1", 0)).rejects.toMatchObject({
      code: "USAGE",
    });
  });
});
