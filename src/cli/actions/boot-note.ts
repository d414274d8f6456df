/** Chip times count from a power-up; two of them belong together only when the boot id is the same. */

export const bootNote = (bootId: number): string => `boot ${bootId}`;
