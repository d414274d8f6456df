/**
 * The format of a recording: JSON Lines (one JSON object a line, UTF-8), so that a person can read it, a crash costs the last
 * line at most, and it can be written without knowing its end.
 *
 * The first line is the header, every other one an event at `t` seconds (monotonic, since the recording began):
 *
 *     {"format":"pcmlab-recording","version":1,"resource":"./fusion","startedAt":"2026-01-02T03:04:05.678Z","tool":"0.1.0","commandLine":["identify","--chip","./fusion"]}
 *     {"t":0.000123,"kind":"open","name":"./fusion"}
 *     {"t":0.000456,"kind":"sent","text":"*IDN?\n"}
 *     {"t":0.001234,"kind":"received","text":"0,12.5,12.500015,300,1,#18","base64":"vAINAAoA/AMK"}
 *     {"t":0.100000,"kind":"closed","reason":"the session with ./fusion was closed"}
 *
 * The bytes of a `sent` or `received` line are those of `text` (printable ASCII, TAB, LF, CR) followed by those of `base64`;
 * either may be missing. What was cut into chunks on the way is cut so here too, and a chunk above 1 MiB into several lines.
 */

import { z } from "zod";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";

export interface RecordingHeader {
  /** The board as the user named it. */
  readonly resource: string;
  /** Wall clock, ISO 8601 in UTC. */
  readonly startedAt: string;
  /** Version of pcmlab. */
  readonly tool: string;
  readonly commandLine: readonly string[];
}

export type RecordedEvent =
  /** A connection to the board was made; a recording may hold several. */
  | { readonly kind: "open"; readonly seconds: number; readonly name: string }
  | { readonly kind: "sent" | "received"; readonly seconds: number; readonly bytes: Uint8Array }
  | { readonly kind: "closed"; readonly seconds: number; readonly reason: string };

const recordingVersion = 1;
const formatName = "pcmlab-recording";

/** Bytes of one line; a larger chunk becomes several lines. */
export const maxBytesPerLine = 1 << 20;
/** Every byte of a chunk takes at most two characters, escaped; the rest is room for the other fields. */
export const maxLineCharacters = 2 * maxBytesPerLine + (1 << 16);
/** A few characters that happen to be printable at the beginning of binary data are no text. */
const shortestText = 8;

const headerSchema = z.object({
  format: z.literal(formatName),
  version: z.number(),
  resource: z.string(),
  startedAt: z.string(),
  tool: z.string(),
  commandLine: z.array(z.string()),
});

const t = z.number().min(0);
const chunkFields = {
  t,
  text: z
    .string()
    .regex(/^[\t\n\r\x20-\x7e]*$/)
    .optional(),
  base64: z.base64().optional(),
};
const eventSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("open"), t, name: z.string() }),
  z.object({ kind: z.literal("sent"), ...chunkFields }),
  z.object({ kind: z.literal("received"), ...chunkFields }),
  z.object({ kind: z.literal("closed"), t, reason: z.string() }),
]);

export function headerLine({ resource, startedAt, tool, commandLine }: RecordingHeader): string {
  const version = recordingVersion;
  return `${JSON.stringify({ format: formatName, version, resource, startedAt, tool, commandLine })}\n`;
}

/** One line, or several for a large chunk. */
export function eventLines(event: RecordedEvent): string {
  const { seconds, ...rest } = event;
  // A microsecond is less than any cable takes.
  const t = Math.round(seconds * 1e6) / 1e6;
  if (!("bytes" in rest)) return `${JSON.stringify({ t, ...rest })}\n`;
  const { kind, bytes } = rest;
  return parts(bytes)
    .map((part) => `${JSON.stringify({ t, kind, ...written(part) })}\n`)
    .join("");
}

/** @throws Error that says what is wrong with the line. */
export function parseHeader(line: string): RecordingHeader {
  const parsed = headerSchema.safeParse(JSON.parse(line));
  if (!parsed.success) throw new SyntaxError("it does not begin with the header of a recording");
  const { format: _, version, ...header } = parsed.data;
  if (version !== recordingVersion)
    throw new SyntaxError(`it has version ${version}, this program reads version ${recordingVersion}`);
  return header;
}

/** @throws Error that says what is wrong with the line. */
export function parseEvent(line: string): RecordedEvent {
  const parsed = eventSchema.safeParse(JSON.parse(line));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SyntaxError(`${issue?.path.join(".") || "the line"}: ${issue?.message}`);
  }
  const { t: seconds, ...event } = parsed.data;
  if (event.kind === "open" || event.kind === "closed") return { ...event, seconds };
  const { kind, text = "", base64 = "" } = event;
  return { kind, seconds, bytes: concatBytes([bytesOf(text), Buffer.from(base64, "base64")]) };
}

function parts(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / maxBytesPerLine);
  return Array.from({ length: count }, (_, i) =>
    bytes.subarray(i * maxBytesPerLine, (i + 1) * maxBytesPerLine),
  );
}

function written(bytes: Uint8Array): { readonly text?: string; readonly base64?: string } {
  const binaryAt = bytes.findIndex((byte) => !isText(byte));
  if (binaryAt < 0) return { text: textOfBytes(bytes) };
  const textEnd = binaryAt < shortestText ? 0 : binaryAt;
  const rest = bytes.subarray(textEnd);
  const base64 = Buffer.from(rest.buffer, rest.byteOffset, rest.length).toString("base64");
  return textEnd === 0 ? { base64 } : { text: textOfBytes(bytes, 0, textEnd), base64 };
}

const isText = (byte: number): boolean =>
  (byte >= 0x20 && byte <= 0x7e) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
