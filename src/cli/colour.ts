/** Colour for people at a terminal, and for nobody else. */

const codes = { red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Ink = keyof typeof codes;

/**
 * Whether a stream shows colours: a terminal does, unless NO_COLOR (https://no-color.org) or TERM=dumb says otherwise; FORCE_COLOR
 * (https://force-color.org) says so of any stream, and 0 or false of none.
 */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return !["0", "false"].includes(FORCE_COLOR);
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  return stream.isTTY === true && TERM !== "dumb";
}

/** Paints texts, or gives them as they are. */
export type Paint = (text: string, ink: Ink) => string;

export const paintFor =
  (isColoured: boolean): Paint =>
  (text, ink) =>
    isColoured ? `\u001b[${codes[ink]}m${text}\u001b[39m` : text;
