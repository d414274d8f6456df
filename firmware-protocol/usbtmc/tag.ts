/** bTag, which identifies a transfer (USBTMC 1.0, 3.2, table 1) and a READ_STATUS_BYTE request (USB488, 4.3.1). */

/** 1 to 255 and round again; 0 is no tag, so `nextTag(0)` is the first one. */
export const nextTag = (tag: number): number => (tag % 255) + 1;

/** 2 to 127 and round again: bit 7 and the tag 1 mean other things on the interrupt endpoint (USB488, 3.4.1). */
export const nextStatusTag = (tag: number): number => (tag < 2 || tag >= 127 ? 2 : tag + 1);

/** bTagInverse: the one's complement. */
export const inverseTag = (tag: number): number => ~tag & 0xff;
