/** What one end of a link counted, against what was really written by it and handed to it. */

import {
  framesDamaged,
  framesReceived,
  framesSent,
  type LinkCounters,
} from "../../firmware-protocol/link/counters.ts";
import type { FrameWitness } from "./frame-witness.ts";

export interface Accounts {
  readonly name: string;
  readonly counters: LinkCounters;
  readonly witness: FrameWitness;
  /** Taken by the line, or refused because it was gone. */
  readonly framesWritten: number;
  /**
   * A late `open` and a late frame behind it began a session again that had ended. Nobody is at its other end, it is forgotten soon, and
   * what its frames acknowledge belongs to its first life.
   */
  readonly revived?: boolean;
}

/** Sentences about what does not add up. */
export function accountViolations({ name, counters, witness, framesWritten, revived }: Accounts): string[] {
  const equalities: readonly (readonly [string, number, number])[] = [
    ["frames sent, written", framesSent(counters), framesWritten],
    ...(witness.unsure
      ? []
      : ([
          ["frames received, handed over intact", framesReceived(counters), witness.intact],
          ["damaged frames, handed over damaged", framesDamaged(counters), witness.damaged],
        ] as const)),
    ["illegal inputs", counters.illegal, 0],
    ["acknowledgements of what was never sent", revived ? 0 : counters.badAcknowledgement, 0],
    ["frames of good checksum without a sense", counters.malformed, 0],
  ];
  return equalities
    .filter(([, counted, real]) => counted !== real)
    .map(([what, counted, real]) => `${name}: ${what}: ${counted}, ${real}`);
}
