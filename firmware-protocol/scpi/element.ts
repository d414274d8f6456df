/** The data elements of a message (IEEE 488.2, chapters 7.7 and 8.7) and how they are written. */

import { bytesOf, concatBytes } from "../../src/core/bytes.ts";

export type Element =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "block"; readonly bytes: Uint8Array };

export const number = (value: number): Element => ({ kind: "number", value });
export const word = (text: string): Element => ({ kind: "word", text });
export const string = (text: string): Element => ({ kind: "string", text });
export const block = (bytes: Uint8Array): Element => ({ kind: "block", bytes });

/** A header with its parameters, without the terminator: `ARRay:READ? 0,1,2`. */
export function encodeUnit(header: string, parameters: readonly Element[]): Uint8Array {
  const separator = parameters.length === 0 ? "" : " ";
  return concatBytes([bytesOf(header + separator), ...joined(parameters)]);
}

/** Elements separated by commas, without the terminator. */
export const encodeElements = (elements: readonly Element[]): Uint8Array => concatBytes(joined(elements));

/** Definite length arbitrary block (IEEE 488.2, 8.7.9): `#`, the count of length digits, the length, the bytes. */
export function blockHeader(length: number): string {
  const digits = String(length);
  return `#${digits.length}${digits}`;
}

function joined(elements: readonly Element[]): Uint8Array[] {
  return elements.flatMap((element, i) => [...(i === 0 ? [] : [bytesOf(",")]), ...encoded(element)]);
}

function encoded(element: Element): Uint8Array[] {
  switch (element.kind) {
    case "number":
      return [bytesOf(String(element.value).toUpperCase())];
    case "word":
      return [bytesOf(element.text)];
    case "string":
      return [bytesOf(`"${element.text.replaceAll('"', '""')}"`)];
    case "block":
      return [bytesOf(blockHeader(element.bytes.length)), element.bytes];
  }
}
