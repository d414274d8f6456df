/** What a line must look like to be the answer to `*IDN?`: the sign that an instrument hears and is heard. */

/** Four fields separated by commas (IEEE 488.2, 10.14), nothing unprintable. */
export const looksLikeIdentification = (line: string): boolean =>
  /^[\x20-\x2b\x2d-\x7e]+(,[\x20-\x2b\x2d-\x7e]*){3}$/.test(line);
