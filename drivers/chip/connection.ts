/**
 * Whether the line to a board is up, as data. After a loss it is recovering until the board answers again, then settling until the
 * board's record has shown that nobody else pulsed it: nothing new is sent before.
 *
 * The theory: a lost line fails every request that is under way at once, so one loss is reported many times; only the first
 * report of a connection counts. A board that loses the line at the same operation again and again would keep the host busy
 * for ever, so an operation is begun a bounded number of times. What has failed stays failed: its pulses in doubt were
 * reported as such, and nothing may be sent behind them.
 */

import { LabError } from "../../src/core/errors.ts";

export type Connection =
  | { readonly kind: "connected" }
  | { readonly kind: "recovering"; readonly sinceSeconds: number; readonly cause: LabError }
  | { readonly kind: "settling" }
  | { readonly kind: "failed"; readonly failure: LabError };

export type ConnectionInput =
  /** `begun`: how often the operation in doubt that was begun most often was begun. */
  | {
      readonly kind: "lost";
      readonly failure: LabError;
      readonly atSeconds: number;
      readonly begun: number;
    }
  | { readonly kind: "found" }
  | { readonly kind: "back" }
  | { readonly kind: "given-up"; readonly failure: LabError };

/** How often one operation is begun at most, the first time included. */
export const maxBegun = 4;

export function nextConnection(connection: Connection, input: ConnectionInput): Connection {
  switch (connection.kind) {
    case "connected":
      if (input.kind === "lost") return afterLoss(input);
      return input.kind === "given-up" ? failed(input.failure) : connection;
    case "recovering":
      if (input.kind === "found") return { kind: "settling" };
      return input.kind === "given-up" ? failed(input.failure) : connection;
    case "settling":
      if (input.kind === "lost") return afterLoss(input);
      if (input.kind === "back") return { kind: "connected" };
      return input.kind === "given-up" ? failed(input.failure) : connection;
    case "failed":
      return connection;
    default:
      return connection satisfies never;
  }
}

/**
 * Whether a failure says that the line, and not the operation, failed.
 * @param endedBy why the session of the operation ended, whatever its code: bytes that nobody asked for end it too.
 */
export const isLoss = (failure: unknown, endedBy?: LabError): failure is LabError =>
  failure instanceof LabError &&
  (failure.code === "LINK_LOST" ||
    failure.code === "NO_ANSWER" ||
    (endedBy !== undefined && (failure === endedBy || failure.cause === endedBy)));

function afterLoss({ failure, atSeconds, begun }: Extract<ConnectionInput, { kind: "lost" }>): Connection {
  if (begun < maxBegun) return { kind: "recovering", sinceSeconds: atSeconds, cause: failure };
  return failed(
    new LabError(failure.code, `${failure.message}; the line was lost ${begun} times at the same operation`, {
      cause: failure,
      next: "check cable and power, and run `pcmlab identify`; what was acknowledged is stored",
    }),
  );
}

const failed = (failure: LabError): Connection => ({ kind: "failed", failure });
