/**
 * The reliable link on a serial line: `auto` where the board offers it in plain lines; `on` without asking, for a line that is too
 * bad for that; `off` never. USB and TCP need none.
 */
export const linkChoices = ["auto", "on", "off"] as const;
export type LinkChoice = (typeof linkChoices)[number];
