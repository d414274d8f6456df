/** The secret that opens a dashboard which others can reach. */

import { createHash, timingSafeEqual } from "node:crypto";

/** In characters. At 40 tries a second, 16 random hexadecimal digits last for longer than anybody can wait. */
export const shortestToken = 16;

export class AccessToken {
  /** What a browser is to send from then on, for the `Set-Cookie` header. */
  readonly cookie: string;
  readonly #digest: Buffer;
  readonly #cookieName: string;
  readonly #cookieDigest: Buffer;

  /** Browsers send the cookies of a host to all its ports: each token has a cookie of its own, and its value is not the token. */
  constructor(token: string) {
    this.#digest = digestOf(token);
    this.#cookieName = `pcmlab-${digestOf(`name: ${token}`).toString("hex").slice(0, 8)}`;
    const value = digestOf(`cookie: ${token}`).toString("base64url");
    this.#cookieDigest = digestOf(value);
    this.cookie = `${this.#cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict`;
  }

  isSame(given: string): boolean {
    return timingSafeEqual(digestOf(given), this.#digest);
  }

  isInCookies(header: string): boolean {
    const own = header
      .split(";")
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(`${this.#cookieName}=`));
    const value = own?.slice(this.#cookieName.length + 1) ?? "";
    return timingSafeEqual(digestOf(value), this.#cookieDigest);
  }
}

/** Digests have one length, which a comparison in constant time needs. */
const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();
