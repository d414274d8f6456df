/** The golden vectors of the link, and the dumps of SPEC.md that are taken from them. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { decodeFrame, encodeFrame, type Frame, frameKinds } from "../../firmware-protocol/frame/frame.ts";
import { PortScanner } from "../../firmware-protocol/frame/port-scanner.ts";
import { linkedLine } from "../../mocks/link/linked-line.ts";
import { benchOf } from "../firmware/bench.ts";
import { VirtualWorld } from "../simulation/virtual-world.ts";
import { bytesOfHex, hexOf, specText } from "./golden.ts";

const hex = z.string().regex(/^(?:[0-9A-F]{2})*$/);
const number = z.number().int().nonnegative();

const framesSchema = z.strictObject({
  about: z.string(),
  frames: z.array(
    z.strictObject({
      name: z.string(),
      frame: z.strictObject({
        kind: z.enum(frameKinds),
        session: number,
        sequence: number,
        acknowledgement: number,
        window: number,
        payloadHex: hex,
      }),
      wireHex: hex,
    }),
  ),
  damaged: z.array(z.strictObject({ name: z.string(), wireHex: hex, fault: z.string() })),
});
const sessionSchema = z.strictObject({
  about: z.string(),
  steps: z.array(z.strictObject({ name: z.string(), hostHex: hex, boardHex: hex })).min(1),
});

const file = (name: string): unknown =>
  JSON.parse(
    readFileSync(new URL(`../../firmware-protocol/vectors/link/${name}.json`, import.meta.url), "utf8"),
  );
const { frames, damaged } = framesSchema.parse(file("frames"));
const { steps } = sessionSchema.parse(file("session"));

describe("frames", () => {
  const frameOf = ({ payloadHex, ...fields }: (typeof frames)[number]["frame"]): Frame => ({
    ...fields,
    payload: bytesOfHex(payloadHex),
  });

  test("of every kind are among the vectors", () => {
    expect(new Set(frames.map(({ frame }) => frame.kind))).toEqual(new Set(frameKinds));
  });

  test.each(frames)("$name is written so and read back", ({ frame, wireHex }) => {
    expect(hexOf(encodeFrame(frameOf(frame)))).toBe(wireHex);
    expect(decodeFrame(bytesOfHex(wireHex).subarray(1, -1))).toEqual(frameOf(frame));
  });

  test.each(damaged)("$name is none", ({ wireHex, fault }) => {
    expect(new PortScanner(1024, 1024).push(bytesOfHex(wireHex))).toMatchObject([{ kind: "fault", fault }]);
  });
});

describe.each([
  ["whole", (bytes: Uint8Array) => [bytes]],
  ["byte by byte", (bytes: Uint8Array) => Array.from(bytes, (byte) => Uint8Array.of(byte))],
])("a session, %s", (_, chopped) => {
  const world = new VirtualWorld();
  let said = "";
  const line = linkedLine(
    benchOf().firmware,
    world,
    world,
    (bytes) => {
      said += hexOf(bytes);
      return undefined;
    },
    { payloadBytes: 1024, windowFrames: 4 },
  );

  test.each(steps)("$name", ({ hostHex, boardHex }) => {
    said = "";
    for (const piece of chopped(bytesOfHex(hostHex))) line.receive(piece);
    expect(said).toBe(boardHex);
  });
});

test("the frames that SPEC.md shows are those of the vectors", () => {
  const shown = [...specText().matchAll(/^```frame (\S+)\n([\s\S]*?)^```$/gm)].map(([, name, dump = ""]) => ({
    name,
    wireHex: dump.replace(/\|.*$/gm, "").replace(/\s/g, ""),
  }));
  const known = frames.map(({ name, wireHex }) => ({ name, wireHex }));
  expect(known).toEqual(expect.arrayContaining(shown));
});
