/**
 * Who may ask the dashboard for what: decided from a request's method and headers alone. A page elsewhere on the web can make the
 * browser of somebody at this machine ask, by a name of its own that it lets point here (DNS rebinding) or across sites; neither gets
 * an answer.
 */

import { isIP } from "node:net";
import type { AccessToken } from "./access-token.ts";

export interface AccessRules {
  /** Names of this machine, beside localhost and plain addresses. */
  readonly names: readonly string[];
  /** Needed of every request where there is one. */
  readonly token: AccessToken | undefined;
}

/** What counts of a request. */
export interface Asking {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  /** By lower-case name, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export type Verdict =
  | { readonly kind: "allowed" }
  /** The token stood in the address: it goes into a cookie, and the address is asked for again without it. */
  | { readonly kind: "remember"; readonly cookie: string; readonly location: string }
  | { readonly kind: "refused"; readonly status: 401 | 403 | 405; readonly message: string };

export function judge(asking: Asking, { names, token }: AccessRules): Verdict {
  if (asking.method !== "GET" && asking.method !== "HEAD")
    return refused(405, "this page is for reading: GET and HEAD only");
  if (!isOwnName(headerOf(asking, "host"), names))
    return refused(403, `this dashboard does not go by the name in the Host header; use ${example(names)}`);
  if (isFromElsewhere(asking)) return refused(403, "a page of another site asked for this");
  if (token === undefined) return { kind: "allowed" };
  return judgeToken(asking, token);
}

/** Whether only processes of this machine can reach the address. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

function judgeToken(asking: Asking, token: AccessToken): Verdict {
  const bearer = /^Bearer +(\S+)$/i.exec(headerOf(asking, "authorization"))?.[1];
  if (bearer !== undefined && token.isSame(bearer)) return { kind: "allowed" };
  if (token.isInCookies(headerOf(asking, "cookie"))) return { kind: "allowed" };
  const [path = "/", query = ""] = asking.url.split("?");
  const parameters = new URLSearchParams(query);
  const given = parameters.get("token");
  if (given === null || !token.isSame(given))
    return refused(
      401,
      "this dashboard needs its token: open the address with ?token=TOKEN, or send it as a bearer",
    );
  parameters.delete("token");
  const rest = parameters.size === 0 ? "" : `?${parameters}`;
  return { kind: "remember", cookie: token.cookie, location: ownPath(path) + rest };
}

/** Two slashes at the beginning would be another host. */
const ownPath = (path: string): string => `/${path.replace(/^[/\\]+/, "")}`;

/** An address cannot be made to point elsewhere, a name can. The port says nothing: it may have been forwarded. */
function isOwnName(host: string, names: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (name === "localhost" || names.some((own) => own.toLowerCase() === name)) return true;
  return isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0;
}

/** Browsers say where a request comes from (Fetch Metadata); a link from elsewhere to the page itself is fine. */
function isFromElsewhere(asking: Asking): boolean {
  const site = headerOf(asking, "sec-fetch-site");
  const isLink =
    headerOf(asking, "sec-fetch-mode") === "navigate" && headerOf(asking, "sec-fetch-dest") === "document";
  return (site === "cross-site" || site === "same-site") && !isLink;
}

function headerOf({ headers }: Asking, name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : "";
}

const example = (names: readonly string[]): string => ["localhost", ...names].join(" or ");

const refused = (status: 401 | 403 | 405, message: string): Verdict => ({ kind: "refused", status, message });
