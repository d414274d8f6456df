/** How long the kit waits for what; the times of SPEC.md, 12, unless a test asks otherwise. */

export interface Patience {
  readonly quickSeconds: number;
  readonly bulkSeconds: number;
  /** Rest inside a message after which the board has given it up; it does so after 1 s. */
  readonly silenceSeconds: number;
  /** Rest after which the board has forgotten the session of its link; it does so after 30 s. */
  readonly forgottenSeconds: number;
  /** Rest inside a message that the board must bear. */
  readonly pauseSeconds: number;
  /** One attempt to be heard again after a broken rule. */
  readonly attemptSeconds: number;
  readonly attempts: number;
  /** Nothing came for so long: the line is quiet. */
  readonly quietSeconds: number;
  /** Of all rules together; what is left then is not run. */
  readonly totalSeconds: number;
}

export const patience: Patience = {
  quickSeconds: 5,
  bulkSeconds: 60,
  silenceSeconds: 1.3,
  forgottenSeconds: 31,
  pauseSeconds: 0.5,
  attemptSeconds: 1.25,
  attempts: 4,
  quietSeconds: 0.1,
  totalSeconds: 900,
};
