/**
 * The dashboard on HTTP: reading only, bounded in connections, rate, bytes and listeners. A client that asks as fast as it can is
 * answered later and later instead of costing more and more.
 */

import { setMaxListeners } from "node:events";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Clock, Timer } from "../core/clock.ts";
import { LabError, textOf } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";
import type { AccessRules } from "./access.ts";
import { admit, answer, fixedEntries, say, statusOf } from "./answers.ts";
import { ClientBudgets, type ClientTerms } from "./client-budgets.ts";
import { EventClients, eventText } from "./event-clients.ts";
import { headers } from "./headers.ts";
import { listenFailure } from "./listen-failure.ts";
import type { Site } from "./site.ts";

export interface ServerOptions {
  readonly site: Site;
  readonly access: AccessRules;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly limits?: Partial<ServerLimits>;
}

export interface ServerLimits extends ClientTerms {
  /** Connections at a time; the system refuses more. */
  readonly connections: number;
  readonly eventClients: number;
  /** Unread bytes of a listener. */
  readonly eventBytes: number;
  readonly heartbeatSeconds: number;
  /** A request that would have to wait longer is refused. */
  readonly longestWaitSeconds: number;
}

/** A page is 5 requests and some 20 units; after that a reader needs a unit or two for every part that changes. */
export const usualLimits: ServerLimits = {
  connections: 64,
  eventClients: 16,
  eventBytes: 65_536,
  heartbeatSeconds: 15,
  together: { unitsPerSecond: 40, burstUnits: 240 },
  connection: { unitsPerSecond: 20, burstUnits: 120 },
  longestWaitSeconds: 5,
};

export class DashboardServer {
  readonly #app: FastifyInstance;
  readonly #site: Site;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #limits: ServerLimits;
  readonly #budgets: ClientBudgets;
  readonly #listeners: EventClients;
  readonly #stop = new AbortController();
  #cancelHeartbeat: () => void = () => {};

  constructor({ site, access, clock, timer, limits }: ServerOptions) {
    this.#site = site;
    this.#clock = clock;
    this.#timer = timer;
    this.#limits = { ...usualLimits, ...limits };
    this.#budgets = new ClientBudgets(this.#limits);
    this.#listeners = new EventClients({
      most: this.#limits.eventClients,
      mostWaitingBytes: this.#limits.eventBytes,
    });
    this.#app = Fastify({
      forceCloseConnections: true,
      exposeHeadRoutes: true,
      requestTimeout: 10_000,
      keepAliveTimeout: 30_000,
    });
    this.#app.server.maxConnections = this.#limits.connections;
    this.#app.server.maxRequestsPerSocket = 1000;
    // Every request that waits listens for the end.
    setMaxListeners(0, this.#stop.signal);
    this.#addRoutes(access);
  }

  /** Without a socket, for tests. */
  get inject(): FastifyInstance["inject"] {
    return this.#app.inject.bind(this.#app);
  }

  get listeners(): number {
    return this.#listeners.count;
  }

  /** @returns the port. @throws LabError PORT_BUSY, PORT_PERMISSION or USAGE when the address cannot be had. */
  async listen(host: string, port: number): Promise<number> {
    try {
      await this.#app.listen({ host, port });
    } catch (cause) {
      throw listenFailure(host, port, cause);
    }
    this.#beat();
    const address: AddressInfo | string | null = this.#app.server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  /** Tells every listener that a part has another text now. */
  announce(id: string, tag: string): void {
    this.#listeners.send(eventText("part", { nowSeconds: this.#clock.wallSeconds(), tags: { [id]: tag } }));
  }

  /** Ends every connection, those of listeners included. */
  async close(): Promise<void> {
    this.#cancelHeartbeat();
    this.#stop.abort();
    this.#listeners.closeAll();
    await this.#app.close();
  }

  #addRoutes(access: AccessRules): void {
    const app = this.#app;
    app.addHook("onRequest", async (request, reply) => {
      reply.headers(headers);
      if (await this.#isTooMuch(request, reply)) return reply;
      return admit(request, reply, access);
    });
    app.addHook("onSend", async ({ raw }, _, payload) => {
      const bytes = typeof payload === "string" ? Buffer.byteLength(payload) : 0;
      this.#budgets.spendBytes(raw.socket, bytes, this.#clock.monotonicSeconds());
    });
    const fixed = fixedEntries();
    for (const [path, entry] of fixed) app.get(path, (request, reply) => answer(request, reply, entry));
    app.get("/", (request, reply) => answer(request, reply, this.#site.page()));
    app.get("/api", (request, reply) => answer(request, reply, this.#site.index()));
    app.get<{ Params: { id: string } }>("/api/:id", (request, reply) =>
      answer(request, reply, this.#site.document(request.params.id)),
    );
    app.get<{ Params: { id: string } }>("/parts/:id", (request, reply) =>
      answer(request, reply, this.#site.fragment(request.params.id)),
    );
    app.get("/events", { exposeHeadRoute: false }, (request, reply) => this.#addListener(request, reply));
    app.setNotFoundHandler((_, reply) => say(reply, 404, "there is nothing at this address; see /help"));
    app.setErrorHandler((failure, _, reply) => say(reply, statusOf(failure), textOf(failure)));
  }

  /** Waits until the request may be answered; refuses it when that would take too long. */
  async #isTooMuch(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const now = this.#clock.monotonicSeconds();
    const { socket } = request.raw;
    const wait = this.#budgets.waitSeconds(socket, now);
    if (wait > this.#limits.longestWaitSeconds) {
      // Told late, and on a connection that ends with it: whoever asks again at once is not worth more.
      await this.#sleep(1);
      reply.header("retry-after", Math.ceil(wait)).header("connection", "close");
      await say(reply, 429, `too many requests: ask again in ${Math.ceil(wait)} s`);
      return true;
    }
    this.#budgets.spendRequest(socket, now);
    if (wait > 0) await this.#sleep(wait);
    return false;
  }

  #sleep(seconds: number): Promise<void> {
    const closing = (): Error => new LabError("INTERRUPTED", "the dashboard is closing");
    return sleep(seconds, this.#timer, this.#stop.signal, closing);
  }

  /** Hands the connection over to the listeners; from then on it belongs to nobody else. */
  #addListener(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (this.#listeners.isFull) {
      const most = this.#limits.eventClients;
      reply.header("retry-after", 10);
      return say(reply, 503, `${most} pages listen already; close one of them, or reload this one by hand`);
    }
    reply.hijack();
    const { raw } = reply;
    // It may have left while it waited for its turn.
    if (request.raw.socket.destroyed) return reply;
    raw.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
    const state = { nowSeconds: this.#clock.wallSeconds(), tags: this.#site.tags() };
    const remove = this.#listeners.add(raw, eventText("state", state));
    request.raw.socket.once("close", remove);
    return reply;
  }

  /** Shows both ends that the connection is alive. */
  #beat(): void {
    this.#cancelHeartbeat = this.#timer.after(this.#limits.heartbeatSeconds, () => {
      this.#listeners.send(eventText("alive", { nowSeconds: this.#clock.wallSeconds() }));
      this.#beat();
    });
  }
}
