/** How a check ends early: the board did something else, the rule does not apply to it, or this session could not check it. */

/** As a person reads it: bytes are shown legibly and cut. */
export interface Seen {
  readonly sent: string;
  readonly expected: string;
  readonly came: string;
}

/** The board did not do what it must. */
export class Mismatch extends Error {
  readonly seen: Seen;

  constructor(seen: Seen) {
    super(`after ${seen.sent} expected ${seen.expected}, came ${seen.came}`);
    this.name = "Mismatch";
    this.seen = seen;
  }
}

/** The board does not offer what the rule is about. The message is the reason. */
export class NotApplicable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "NotApplicable";
  }
}

/** The rule applies to the board, but this session may not or cannot check it. The message is the reason. */
export class Unchecked extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "Unchecked";
  }
}
