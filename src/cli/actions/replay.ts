/** Serves the board of a recording until all of it was asked for, something else was, or it is told to stop. */

import { type ReadRecording, readRecording } from "../../../drivers/recording/read-recording.ts";
import { hostOnPty, type PtyHost } from "../../../mocks/host/pty-host.ts";
import { hostOnTcp, type TcpHost } from "../../../mocks/host/tcp-host.ts";
import { differenceLines, requestText } from "../../../mocks/replay/divergence.ts";
import { isComplete, type ReplayState } from "../../../mocks/replay/follow.ts";
import { ReplayedBoard } from "../../../mocks/replay/replayed-board.ts";
import { type ReplayScript, ScriptBuilder } from "../../../mocks/replay/script.ts";
import { LabError } from "../../core/errors.ts";
import type { Context } from "../context.ts";
import { untilStopped } from "./until-stopped.ts";

export interface ReplayArguments {
  readonly recording: string;
  readonly pty?: string | undefined;
  readonly tcp?: number | undefined;
  readonly timing: boolean;
  readonly untilStdinCloses: boolean;
}

/** What `--json` prints when the board is ready. */
export interface ReplayReady {
  readonly recording: string;
  readonly resource: string;
  readonly startedAt: string;
  readonly requests: number;
  readonly pty: string | null;
  readonly device: string | null;
  readonly tcpPort: number | null;
}

/** The host needs time to take the last answer from the cable, and one request too many should be seen. */
const lingerSeconds = 1;

/** @throws LabError DIVERGED when the host did not send all that was recorded and nothing else; USAGE, BAD_DATA. */
export async function replay(args: ReplayArguments, context: Context): Promise<void> {
  if (args.pty === undefined && args.tcp === undefined) {
    const next = "give it --pty PATH, --tcp PORT or both";
    throw new LabError("USAGE", "the replayed board has no cable", { next });
  }
  const builder = new ScriptBuilder();
  const recording = await readRecording(args.recording, (event) => builder.take(event));
  const { script } = builder;
  if (recording.truncated)
    context.output.warn(`the last line of ${args.recording} is not whole, and left out`);
  if (script.connections > 1)
    context.output.warn(
      `the line was lost and found again ${script.connections - 1} times; this board does not hang up`,
    );
  if (script.requests.length === 0) throw nothingRecorded(args.recording);
  const state = await served(script, recording, args, context);
  if (!isComplete(script, state)) throw diverged(script, state, context);
  context.output.note(`all ${script.requests.length} requests came as recorded`);
}

/** Returns how far the host came. */
async function served(
  script: ReplayScript,
  recording: ReadRecording,
  args: ReplayArguments,
  context: Context,
): Promise<ReplayState> {
  const { timer, stop, output } = context;
  const board = new ReplayedBoard(script, args.timing ? timer : undefined);
  const cables = await plugIn(board, args, context);
  try {
    const ready = readyOf(script, recording, args, cables);
    output.result(ready, readyText(ready));
    const lingered = board.completed.then(
      () => new Promise<void>((resolve) => void timer.after(lingerSeconds, resolve)),
    );
    await Promise.race([lingered, board.diverged, untilStopped(stop, args.untilStdinCloses)]);
    return board.state;
  } finally {
    await Promise.all([cables.pty?.close(), cables.tcp?.close()]);
    process.stdin.destroy();
  }
}

interface Cables {
  readonly pty: PtyHost | undefined;
  readonly tcp: TcpHost | undefined;
}

/** Serves all cables or none, as the emulator does. */
async function plugIn(board: ReplayedBoard, args: ReplayArguments, { timer }: Context): Promise<Cables> {
  const tcp = args.tcp === undefined ? undefined : await hostOnTcp(board, args.tcp, timer);
  try {
    return { tcp, pty: args.pty === undefined ? undefined : await hostOnPty(board, args.pty, timer) };
  } catch (failure) {
    await tcp?.close();
    throw failure;
  }
}

function readyOf(
  { requests }: ReplayScript,
  { header }: ReadRecording,
  { recording, pty }: ReplayArguments,
  cables: Cables,
): ReplayReady {
  const { resource, startedAt } = header;
  const device = cables.pty?.device ?? null;
  const tcpPort = cables.tcp?.port ?? null;
  return { recording, resource, startedAt, requests: requests.length, pty: pty ?? null, device, tcpPort };
}

function readyText({ recording, requests, resource, startedAt, pty, device, tcpPort }: ReplayReady): string {
  const cables = [
    ...(pty === null ? [] : [`${pty} (${device})`]),
    ...(tcpPort === null ? [] : [`127.0.0.1:${tcpPort}`]),
  ];
  return `${recording}: ${requests} requests to ${resource} of ${startedAt}, on ${cables.join(" and ")}; Ctrl-C ends it`;
}

/** Prints what differs, and returns the failure. */
function diverged({ requests }: ReplayScript, state: ReplayState, { output }: Context): LabError {
  const total = requests.length;
  if (state.kind === "following") {
    const expected = requestText(requests[state.position]);
    const message = `only ${state.position} of ${total} recorded requests came; the next one is ${expected}`;
    return new LabError("DIVERGED", message, { next: "see how the host ended" });
  }
  output.warn(differenceLines(state).join("\n"));
  const message =
    state.expected === undefined
      ? `the host sent a request after all ${total} recorded ones`
      : `request ${state.position + 1} of ${total} is not the recorded one`;
  const next = "`pcmlab trace` shows the recorded ones; record the run again if the host is meant to differ";
  return new LabError("DIVERGED", message, { next });
}

const nothingRecorded = (path: string): LabError =>
  new LabError("BAD_DATA", `${path} holds no request`, { next: "record a command that reaches its board" });
