/** Takes whole messages apart: program messages into headers with parameters, responses into elements. */

import { textOfBytes } from "../../src/core/bytes.ts";
import type { Element } from "./element.ts";
import { ScpiFault } from "./errors.ts";

/** One program message unit: `ARRay:READ? 0,1` has header "ARRAY:READ?" after the path rules of SCPI-99, 6.2.4. */
export interface Unit {
  /** As written, upper case, absolute, without the leading colon. */
  readonly header: string;
  readonly parameters: readonly Element[];
}

const maxUnits = 64;
const maxElements = 256;

/** @throws ScpiFault -1xx when the message breaks the grammar. */
export function parseProgramMessage(message: Uint8Array): Unit[] {
  const cursor = new Cursor(message);
  const units: Unit[] = [];
  let path = "";
  cursor.skipSpace();
  while (!cursor.atEnd) {
    if (units.length === maxUnits) throw new ScpiFault(-223, `a message may hold ${maxUnits} units`);
    const written = cursor.takeHeader();
    const header =
      written.startsWith(":") || written.startsWith("*") ? written.replace(/^:/, "") : path + written;
    if (!written.startsWith("*")) path = header.slice(0, header.lastIndexOf(":") + 1);
    units.push({ header, parameters: cursor.takeElements() });
    if (!cursor.takeIf(";")) cursor.expectEnd();
    cursor.skipSpace();
  }
  return units;
}

/** @throws ScpiFault -1xx when the response breaks the grammar. */
export function parseElements(message: Uint8Array): Element[] {
  const cursor = new Cursor(message);
  const elements = cursor.takeElements();
  cursor.expectEnd();
  return elements;
}

/**
 * True when a header as written matches a pattern such as "SYSTem:ERRor[:NEXT]?": each node in its short form (the
 * capitals) or its long form, parts in brackets optional (SCPI-99, 6.2).
 */
export function headerMatches(pattern: string, header: string): boolean {
  return patternExpression(pattern).test(header);
}

const expressions = new Map<string, RegExp>();

function patternExpression(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known !== undefined) return known;
  const source = pattern
    .replace(/[*?]/g, "\\$&")
    .replaceAll("[", "(?:")
    .replaceAll("]", ")?")
    .replace(/([A-Z]+)([a-z]+)/g, (_, short: string, rest: string) => `${short}(?:${rest.toUpperCase()})?`);
  const expression = new RegExp(`^${source}$`);
  expressions.set(pattern, expression);
  return expression;
}

class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  skipSpace(): void {
    while (!this.atEnd && isSpace(this.#bytes[this.#at]!)) this.#at++;
  }

  takeIf(character: string): boolean {
    if (this.#bytes[this.#at] !== character.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  expectEnd(): void {
    this.skipSpace();
    if (!this.atEnd) throw new ScpiFault(-102, `unexpected "${this.#peekText()}" at byte ${this.#at}`);
  }

  takeHeader(): string {
    const header = this.#takeWhile((byte) => byte > 0x20 && byte !== 0x3b && byte !== 0x2c).toUpperCase();
    if (!/^(\*[A-Z]+|:?[A-Z][A-Z0-9_]*(:[A-Z][A-Z0-9_]*)*)\??$/.test(header)) {
      throw new ScpiFault(-102, `"${printable(header)}" is not a header`);
    }
    return header;
  }

  takeElements(): Element[] {
    const elements: Element[] = [];
    this.skipSpace();
    if (this.atEnd || this.#bytes[this.#at] === 0x3b) return elements;
    do {
      if (elements.length === maxElements) throw new ScpiFault(-223, `at most ${maxElements} parameters`);
      this.skipSpace();
      elements.push(this.#takeElement());
      this.skipSpace();
    } while (this.takeIf(","));
    return elements;
  }

  #takeElement(): Element {
    if (this.takeIf("#")) return this.#takeBlock();
    if (this.takeIf('"')) return this.#takeString();
    const text = this.#takeWhile((byte) => byte > 0x20 && byte !== 0x2c && byte !== 0x3b);
    if (/^[+-]?(\d+\.?\d*|\.\d+)(E[+-]?\d+)?$/i.test(text)) return { kind: "number", value: Number(text) };
    if (/^[A-Z][A-Z0-9_]*$/i.test(text)) return { kind: "word", text: text.toUpperCase() };
    throw new ScpiFault(-102, `"${printable(text)}" is no parameter`);
  }

  #takeBlock(): Element {
    const digits = (this.#bytes[this.#at] ?? 0) - 0x30;
    if (!(digits >= 1 && digits <= 9)) throw new ScpiFault(-161);
    const dataAt = this.#at + 1 + digits;
    const length = textOfBytes(this.#bytes, this.#at + 1, Math.min(dataAt, this.#bytes.length));
    const end = dataAt + Number(length);
    if (!/^[0-9]+$/.test(length) || end > this.#bytes.length) throw new ScpiFault(-161);
    this.#at = end;
    return { kind: "block", bytes: this.#bytes.subarray(dataAt, end) };
  }

  #takeString(): Element {
    let text = "";
    do {
      text += this.#takeWhile((byte) => byte !== 0x22);
      if (!this.takeIf('"')) throw new ScpiFault(-102, "a string has no closing quote");
      if (this.#bytes[this.#at] === 0x22) text += '"';
    } while (this.takeIf('"'));
    return { kind: "string", text };
  }

  #takeWhile(belongs: (byte: number) => boolean): string {
    const start = this.#at;
    while (!this.atEnd && belongs(this.#bytes[this.#at]!)) this.#at++;
    return textOfBytes(this.#bytes, start, this.#at);
  }

  #peekText(): string {
    return printable(textOfBytes(this.#bytes, this.#at, Math.min(this.#bytes.length, this.#at + 12)));
  }
}

/** Replaces what a terminal would act on, and cuts what is longer than a message needs. */
export function printable(text: string, longest = 60): string {
  return text.slice(0, longest).replace(/[^\x20-\x7e]/g, "·");
}

/** SP of the grammar: any control character but NUL, and the blank (IEEE 488.2, 7.4.1.2). */
const isSpace = (byte: number): boolean => byte > 0x00 && byte <= 0x20;
