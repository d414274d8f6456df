/** Numbers of data frames, modulo 2^16. A cable keeps the order of bytes, so nothing half a circle old is ever under way. */

/** How far `later` is ahead of `earlier`, -32768 to 32767. */
export const sequenceDistance = (later: number, earlier: number): number => ((later - earlier) << 16) >> 16;

export const sequenceAfter = (sequence: number, steps = 1): number => (sequence + steps) & 0xffff;
