/**
 * A board that only knows a recording. The theory: its state is the number of recorded requests that have come. A message that
 * equals the next one advances it and sets off the answers that were recorded then; any other message ends it, and from then on
 * it says nothing. Two things are allowed beyond that, because a cable other than the recorded one brings them: empty messages,
 * which do nothing; and around an `*IDN?`, with which every connection begins, another `*IDN?` (the greeting of a serial line
 * asks until it is heard), the question for the reliable link, which this board does not have, and what is not text (a host that
 * opens a link unasked). Pure.
 */

import { linkOffer } from "../../firmware-protocol/operation/link-offer.ts";
import { headerMatches } from "../../firmware-protocol/scpi/parse.ts";
import type { Scanned } from "../../firmware-protocol/scpi/scanner.ts";
import { textOfBytes } from "../../src/core/bytes.ts";
import { isEmpty, type RecordedAnswer, type ReplayScript } from "./script.ts";

export type ReplayState =
  /** `position` requests have come, `answered` answers were set off. */
  | { readonly kind: "following"; readonly position: number; readonly answered: number }
  | ({ readonly kind: "diverged" } & Divergence);

export interface Divergence {
  /** Index of the request that did not come. */
  readonly position: number;
  /** Missing when nothing more was recorded. */
  readonly expected: Scanned | undefined;
  readonly got: Scanned;
}

interface ReplayStep {
  readonly state: ReplayState;
  readonly answers: readonly RecordedAnswer[];
}

export const startOfReplay: ReplayState = { kind: "following", position: 0, answered: 0 };

export const isComplete = (script: ReplayScript, state: ReplayState): boolean =>
  state.kind === "following" && state.position === script.requests.length;

/** What the board does with the next message. */
export function follow(script: ReplayScript, state: ReplayState, got: Scanned): ReplayStep {
  if (state.kind === "diverged" || isEmpty(got)) return { state, answers: [] };
  const { position } = state;
  const expected = script.requests[position];
  if (expected !== undefined && isSame(expected, got)) return advanced(script, state);
  const before = script.requests[position - 1];
  if (isIdentify(before) && isIdentify(got)) return { state, answers: answersAt(script, position) };
  const beginning = isIdentify(before) || isIdentify(expected);
  if (beginning && (isLinkQuestion(got) || !isText(got))) return { state, answers: [] };
  return { state: { kind: "diverged", position, expected, got }, answers: [] };
}

type Following = Extract<ReplayState, { kind: "following" }>;

function advanced(script: ReplayScript, { position, answered }: Following): ReplayStep {
  let end = answered;
  while ((script.answers[end]?.afterRequests ?? Number.POSITIVE_INFINITY) <= position + 1) end++;
  const state: ReplayState = { kind: "following", position: position + 1, answered: end };
  return { state, answers: script.answers.slice(answered, end) };
}

/** Nothing else is under way while a connection begins, so all that was recorded then is the identification. */
const answersAt = (script: ReplayScript, afterRequests: number): RecordedAnswer[] =>
  script.answers.filter((answer) => answer.afterRequests === afterRequests);

function isSame(a: Scanned, b: Scanned): boolean {
  if (a.kind === "fault" || b.kind === "fault")
    return a.kind === "fault" && b.kind === "fault" && a.error === b.error && a.detail === b.detail;
  return Buffer.compare(a.bytes, b.bytes) === 0;
}

const isIdentify = (said: Scanned | undefined): boolean =>
  said?.kind === "message" && /^\*IDN\?$/i.test(textOfBytes(said.bytes).trim());

const isLinkQuestion = (said: Scanned): boolean =>
  said.kind === "message" && headerMatches(linkOffer.header, textOfBytes(said.bytes).trim().toUpperCase());

const isText = (said: Scanned): boolean =>
  said.kind === "message" && /^[\t\x20-\x7e]*$/.test(textOfBytes(said.bytes));
