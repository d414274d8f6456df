import { describe, expect, test } from "vitest";
import { type AccessRules, type Asking, isLoopback, judge } from "../../src/dashboard/access.ts";
import { AccessToken } from "../../src/dashboard/access-token.ts";

const open: AccessRules = { names: ["bench7"], token: undefined };
const token = "0123456789abcdef-secret";
const closed: AccessRules = { names: ["bench7"], token: new AccessToken(token) };

const asking = (headers: Asking["headers"] = {}, url = "/", method = "GET"): Asking => ({
  method,
  url,
  headers: { host: "127.0.0.1:8026", ...headers },
});

const statusOf = (request: Asking, rules: AccessRules): number => {
  const verdict = judge(request, rules);
  return verdict.kind === "refused" ? verdict.status : verdict.kind === "remember" ? 303 : 200;
};

describe("the name that a dashboard is asked for by", () => {
  test.each([
    "127.0.0.1:8026",
    "127.0.0.1",
    "localhost:9",
    "LOCALHOST",
    "[::1]:8026",
    "[::1]",
    "192.168.1.5:80",
    "bench7:8026",
    "Bench7",
  ])("%s may be its own", (host) => expect(statusOf(asking({ host }), open)).toBe(200));

  test.each([
    "evil.example:8026",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "",
    "bench7.evil.example",
    "127.0.0.1:8026.evil.example",
    "1.2.3",
  ])("%s is not, since it could be made to point here", (host) =>
    expect(statusOf(asking({ host }), open)).toBe(403),
  );

  test("a request without one is refused", () => {
    expect(statusOf({ method: "GET", url: "/", headers: {} }, open)).toBe(403);
  });
});

describe("what may be asked", () => {
  test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "get", ""])(
    "not %s",
    (method) => expect(statusOf(asking({}, "/", method), open)).toBe(405),
  );

  test("reading, by anybody on this machine", () => {
    expect(statusOf(asking(), open)).toBe(200);
    expect(statusOf(asking({}, "/", "HEAD"), open)).toBe(200);
  });

  test("a page of another site gets nothing, a link on it may lead here", () => {
    const fetched = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" };
    expect(statusOf(asking(fetched), open)).toBe(403);
    expect(statusOf(asking({ ...fetched, "sec-fetch-site": "same-site" }), open)).toBe(403);
    const framed = {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "iframe",
    };
    expect(statusOf(asking(framed), open)).toBe(403);
    expect(statusOf(asking({ ...framed, "sec-fetch-dest": "document" }), open)).toBe(200);
    expect(statusOf(asking({ ...fetched, "sec-fetch-site": "same-origin" }), open)).toBe(200);
  });
});

describe("a token", () => {
  test("is needed", () => {
    expect(statusOf(asking(), closed)).toBe(401);
    expect(statusOf(asking({}, "/api/drift?token="), closed)).toBe(401);
    expect(statusOf(asking({}, `/?token=${token}x`), closed)).toBe(401);
    expect(statusOf(asking({ authorization: `Bearer ${token.slice(1)}` }), closed)).toBe(401);
    expect(statusOf(asking({ authorization: `Basic ${token}` }), closed)).toBe(401);
    expect(statusOf(asking({ cookie: `pcmlab=${token}; ${token}` }), closed)).toBe(401);
  });

  test("opens as a bearer", () => {
    expect(statusOf(asking({ authorization: `Bearer ${token}` }), closed)).toBe(200);
    expect(statusOf(asking({ authorization: `bearer   ${token}` }), closed)).toBe(200);
  });

  test("in the address becomes a cookie that opens, that scripts cannot read and other sites cannot send", () => {
    const verdict = judge(asking({}, `/api/drift?a=1&token=${token}&b=2`), closed);
    if (verdict.kind !== "remember") throw new Error(`it was ${verdict.kind}`);
    expect(verdict.location).toBe("/api/drift?a=1&b=2");
    expect(verdict.cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(verdict.cookie).not.toContain(token);
    const [pair = ""] = verdict.cookie.split(";");
    expect(statusOf(asking({ cookie: `other=1; ${pair}; more=2` }), closed)).toBe(200);
    expect(statusOf(asking({ cookie: `${pair}x` }), closed)).toBe(401);
    const another = new AccessToken(`${token}!`);
    expect(statusOf(asking({ cookie: pair }), { names: [], token: another })).toBe(401);
  });

  test("never sends the browser to another host", () => {
    for (const path of ["//evil.example/", "/\\evil.example/", "\\\\evil.example"]) {
      const verdict = judge(asking({}, `${path}?token=${token}`), closed);
      expect(verdict).toMatchObject({ kind: "remember", location: expect.stringMatching(/^\/(?![/\\])/) });
    }
  });

  test("does not help against a wrong name or method", () => {
    const authorization = `Bearer ${token}`;
    expect(statusOf(asking({ authorization, host: "evil.example" }), closed)).toBe(403);
    expect(statusOf(asking({ authorization }, "/", "POST"), closed)).toBe(405);
  });
});

test("only loopback addresses are for this machine alone", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) expect(isLoopback(host)).toBe(true);
  for (const host of ["0.0.0.0", "::", "192.168.1.5", "128.0.0.1", "127.0.0.1.evil.example", "bench7", ""])
    expect(isLoopback(host)).toBe(false);
});
