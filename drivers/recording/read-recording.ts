/** Reads a recording event by event, in bounded memory. */

import { createReadStream } from "node:fs";
import { LabError, textOf } from "../../src/core/errors.ts";
import {
  maxLineCharacters,
  parseEvent,
  parseHeader,
  type RecordedEvent,
  type RecordingHeader,
} from "./format.ts";

export interface ReadRecording {
  readonly header: RecordingHeader;
  /** The last line is not whole: what recorded was killed, or its disk was full. */
  readonly truncated: boolean;
}

const lineFeed = 0x0a;

/**
 * Hands every event to `onEvent`, in their order.
 * @throws LabError BAD_DATA when the file cannot be read, is no recording, or holds a line that is none of its format, other than
 * an unfinished last one.
 */
export async function readRecording(
  path: string,
  onEvent: (event: RecordedEvent) => void,
): Promise<ReadRecording> {
  const state: { header?: RecordingHeader; line: number } = { line: 0 };
  const take = (line: string): void => {
    state.line++;
    if (state.header === undefined) state.header = parseHeader(line);
    else onEvent(parseEvent(line));
  };
  let unfinished: string;
  try {
    unfinished = await eachLine(path, take);
  } catch (cause) {
    throw damaged(path, state.line, cause);
  }
  const truncated = unfinished !== "" && !isTaken(unfinished, take);
  if (state.header !== undefined) return { header: state.header, truncated };
  throw damaged(path, 1, "it does not begin with the header of a recording");
}

/** Only the line feed may be missing: nothing else makes a whole JSON object of a part of a line. */
function isTaken(line: string, take: (line: string) => void): boolean {
  try {
    JSON.parse(line);
  } catch {
    return false;
  }
  take(line);
  return true;
}

/** Returns what follows the last line feed. */
async function eachLine(path: string, take: (line: string) => void): Promise<string> {
  let pieces: Buffer[] = [];
  let length = 0;
  const keep = (piece: Buffer): void => {
    length += piece.length;
    if (length > maxLineCharacters) throw new SyntaxError(`a line has more than ${maxLineCharacters} bytes`);
    pieces.push(piece);
  };
  for await (const chunk of createReadStream(path)) {
    let rest: Buffer = chunk;
    for (let end = rest.indexOf(lineFeed); end >= 0; end = rest.indexOf(lineFeed)) {
      keep(rest.subarray(0, end));
      take(Buffer.concat(pieces).toString("utf8"));
      pieces = [];
      length = 0;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) keep(rest);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function damaged(path: string, line: number, cause: unknown): LabError {
  if (cause instanceof LabError) return cause;
  const where = line === 0 ? "" : `, line ${line}`;
  return new LabError("BAD_DATA", `${path}${where} is not a recording of pcmlab: ${textOf(cause)}`, {
    cause,
    next: "name a file that --record wrote",
  });
}
