import { describe, expect, test } from "vitest";
import { block, type Element, number, string, word } from "../../firmware-protocol/scpi/element.ts";
import { Fields } from "../../firmware-protocol/scpi/fields.ts";

const of = (...elements: Element[]): Fields => new Fields(elements);
const fault = (value: number): object => expect.objectContaining({ name: "ScpiFault", number: value });

describe("the fields of a message", () => {
  test("are taken in order, and nothing may be left", () => {
    const fields = of(number(3), number(0.5), string("x"), block(Uint8Array.of(1, 2)));
    expect(fields.integer("a", 0, 3)).toBe(3);
    expect(fields.remaining).toBe(3);
    expect(() => fields.end()).toThrow(fault(-108));
    expect(fields.real("b", 0.5, 0.5)).toBe(0.5);
    expect(fields.string("c")).toBe("x");
    expect(fields.block("d", 2)).toEqual(Uint8Array.of(1, 2));
    expect(() => fields.end()).not.toThrow();
    expect(() => fields.integer("e", 0, 1)).toThrow(fault(-109));
  });

  test.each<[string, number, (fields: Fields) => unknown, Element]>([
    ["a word for a number", -104, (fields) => fields.real("x"), word("ON")],
    ["a string for a number", -104, (fields) => fields.integer("x", 0, 1), string("1")],
    ["a number for a string", -104, (fields) => fields.string("x"), number(1)],
    ["a number for a block", -104, (fields) => fields.block("x"), number(1)],
    ["a fraction for an integer", -104, (fields) => fields.integer("x", 0, 2), number(1.5)],
    ["a number below its range", -222, (fields) => fields.integer("x", 1, 2), number(0)],
    ["a number above its range", -222, (fields) => fields.real("x", 1, 2), number(2.0000001)],
    ["an overflowing number", -222, (fields) => fields.real("x"), number(Number.POSITIVE_INFINITY)],
    ["a block of another length", -161, (fields) => fields.block("x", 3), block(new Uint8Array(2))],
    ["a block of half a value", -161, (fields) => fields.blockOfValues("x", 4), block(new Uint8Array(6))],
    ["a missing field", -109, (fields) => [fields.real("x"), fields.real("y")], number(1)],
  ])("%s is fault %i", (_, expected, take, element) => {
    expect(() => take(of(element))).toThrow(fault(expected));
  });

  test("that are refused name the field, the limit and the value", () => {
    expect(() => of(number(300)).integer("averages", 1, 255)).toThrow(
      "Data out of range;averages 300, allowed 1 to 255",
    );
  });
});
