/**
 * Recognises the first contact of a program in plain lines: `*IDN?` alone on its line, which every program begins with. Whoever had
 * the link before is then gone, and frames would only disturb the one that came (SPEC.md, L7).
 */

const lineFeed = 0x0a;
const maxLineBytes = 16;

/** Returns what takes the plain bytes, however chopped, and says whether such a line ended in them. */
export function firstContactEar(): (bytes: Uint8Array) => boolean {
  let line = "";
  return (bytes) => {
    let heard = false;
    for (const byte of bytes) {
      if (byte === lineFeed) {
        heard ||= /^\*IDN\?$/i.test(line.trim());
        line = "";
      } else if (line.length < maxLineBytes) line += String.fromCharCode(byte);
    }
    return heard;
  };
}
