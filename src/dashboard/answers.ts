/** Answers to single requests: a text, that it is known already, or why not. */

import type { FastifyReply, FastifyRequest } from "fastify";
import { type AccessRules, judge } from "./access.ts";
import { helpPage } from "./help.ts";
import { script } from "./script.ts";
import { type Entry, entryOf } from "./site.ts";
import { icon, style } from "./style.ts";

/** What never changes while the server runs. */
export const fixedEntries = (): ReadonlyMap<string, Entry> =>
  new Map([
    ["/style.css", entryOf("text/css; charset=utf-8", style)],
    ["/dashboard.js", entryOf("text/javascript; charset=utf-8", script)],
    ["/icon.svg", entryOf("image/svg+xml", icon)],
    ["/help", entryOf("text/html; charset=utf-8", helpPage().text)],
  ]);

/** Lets the request pass, or answers it. */
export async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  access: AccessRules,
): Promise<unknown> {
  const { method, url, headers: asked } = request.raw;
  const verdict = judge({ method: method ?? "", url: url ?? "/", headers: asked }, access);
  if (verdict.kind === "allowed") return;
  if (verdict.kind === "remember") {
    reply.header("set-cookie", verdict.cookie);
    return reply.redirect(verdict.location, 303);
  }
  if (verdict.status === 405) reply.header("allow", "GET, HEAD");
  if (verdict.status === 401) reply.header("www-authenticate", 'Bearer realm="pcmlab"');
  return say(reply, verdict.status, verdict.message);
}

/** The text, or that the client has it already. */
export function answer(request: FastifyRequest, reply: FastifyReply, entry: Entry | undefined): FastifyReply {
  if (entry === undefined) return say(reply, 404, "there is no such part; see /api");
  const tag = `"${entry.tag}"`;
  reply.header("etag", tag);
  const known = request.headers["if-none-match"]?.split(",").map((text) => text.trim().replace(/^W\//, ""));
  if (known?.includes(tag)) return reply.code(304).send();
  return reply.type(entry.type).send(entry.text);
}

export const say = (reply: FastifyReply, status: number, message: string): FastifyReply =>
  reply.code(status).type("text/plain; charset=utf-8").send(`${message}\n`);

export const statusOf = (failure: unknown): number => {
  const status =
    typeof failure === "object" && failure !== null && "statusCode" in failure ? failure.statusCode : 503;
  return typeof status === "number" ? status : 503;
};
