/** The one catalogue of expected failures: a stable code, the exit code of the command line, and what the code means. */

export const errorCatalogue = {
  USAGE: { exitCode: 2, meaning: "The command line, an argument or the config file is wrong." },
  PORT_MISSING: {
    exitCode: 3,
    meaning: "The named port or host does not exist or does not answer a connection.",
  },
  PORT_BUSY: { exitCode: 3, meaning: "Another program holds the port." },
  LOCKED: { exitCode: 3, meaning: "Another program holds the lock of the chip." },
  PORT_PERMISSION: { exitCode: 3, meaning: "The operating system refuses access to the port." },
  NOT_OURS: { exitCode: 4, meaning: "Something answers, but not a board that speaks the pcmlab protocol." },
  NO_ANSWER: { exitCode: 4, meaning: "The board did not answer within the documented time." },
  LINK_LOST: { exitCode: 4, meaning: "The connection closed while a request was under way." },
  BOARD_RESTARTED: {
    exitCode: 4,
    meaning: "The board lost its power or was reset: its chip clock and its record of pulses began anew.",
  },
  BAD_REPLY: { exitCode: 4, meaning: "The board answered bytes that the protocol does not allow." },
  DIVERGED: { exitCode: 4, meaning: "A replayed board was not sent what had been recorded." },
  REFUSED: { exitCode: 5, meaning: "The board refused the request; its SCPI error is in the message." },
  LIMIT: { exitCode: 5, meaning: "The request is outside the limits of the chip; nothing was sent." },
  DOES_NOT_FIT: {
    exitCode: 6,
    meaning: "The network needs more devices, rows or columns than the chip has.",
  },
  UNSUPPORTED_OPERATOR: { exitCode: 6, meaning: "The ONNX file uses an operator that cannot be run." },
  BAD_NETWORK: { exitCode: 6, meaning: "The network file is damaged or not what it claims to be." },
  BAD_DATA: {
    exitCode: 7,
    meaning: "An image, label, calibration or recording file has the wrong size, format or content.",
  },
  BAD_PROFILE: { exitCode: 7, meaning: "A chip profile has a missing or impossible value." },
  STORE: { exitCode: 8, meaning: "The store cannot be opened, is damaged, or is from a newer version." },
  STORE_CONTENT: { exitCode: 8, meaning: "The store lacks what the command needs." },
  DRIVER: { exitCode: 9, meaning: "The module that --driver names cannot be used, or failed." },
  ENVIRONMENT: { exitCode: 9, meaning: "This machine lacks something that the command needs." },
  INTERRUPTED: { exitCode: 130, meaning: "The user stopped the command; what was acknowledged is stored." },
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

const isErrorCode = (word: string): word is ErrorCode => word in errorCatalogue;
export const errorCodes: readonly ErrorCode[] = Object.keys(errorCatalogue).filter(isErrorCode);

export interface LabErrorOptions {
  /** What the user can do next, as a sentence. */
  readonly next?: string;
  readonly cause?: unknown;
  /** The request that fails so was never sent. */
  readonly unsent?: boolean;
}

/** An expected failure. `message` names the request, the limit and the value; `next` says what to do. */
export class LabError extends Error {
  readonly code: ErrorCode;
  readonly next: string | undefined;
  /** True when the request that failed so was never sent: the board knows nothing of it, and nothing was done. */
  readonly unsent: boolean;

  constructor(code: ErrorCode, message: string, options: LabErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "LabError";
    this.code = code;
    this.next = options.next;
    this.unsent = options.unsent ?? false;
  }

  get exitCode(): number {
    return errorCatalogue[this.code].exitCode;
  }
}

/** The same failure for a request that was not sent any more. */
export const unsent = (failure: LabError): LabError =>
  new LabError(failure.code, failure.message, {
    cause: failure,
    unsent: true,
    ...(failure.next !== undefined && { next: failure.next }),
  });

/** Of Node: the code, what it means, the call, and the path that the message around it names anyway. */
const ofSystem = /^E[A-Z\d]+: (.+?), \w+( '.*)?$/s;

/** The text of anything that was thrown, for joining into a message. */
export function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return ofSystem.exec(thrown.message)?.[1] ?? thrown.message;
}
