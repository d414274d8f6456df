/** Rules of the reliable link, which a board may do without: then they do not apply. */

import type { Board } from "../board.ts";
import type { FrameLine } from "../link/frame-line.ts";
import { LinkSession } from "../link/session.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";

type Kind = Parameters<typeof rule>[4];

export const withoutLink = ({ link }: Board): string | undefined =>
  link === undefined ? "the board offers no link on this line" : undefined;

/** A rule that is checked in frames, with no session to begin with. */
export const inFrames = (
  id: string,
  section: string,
  must: string,
  check: (line: FrameLine, probe: Probe) => Promise<unknown>,
  kind: Kind = {},
): Rule =>
  rule(id, section, must, (probe) => probe.inFrames((line) => check(line, probe)), {
    ...kind,
    unless: withoutLink,
  });

/** A rule that is checked in a session. */
export const inSession = (
  id: string,
  section: string,
  must: string,
  check: (session: LinkSession, line: FrameLine, probe: Probe) => Promise<unknown>,
): Rule =>
  inFrames(id, section, must, async (line, probe) => check(await LinkSession.open(line), line, probe));
