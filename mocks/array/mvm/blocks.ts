/** Rows in blocks and columns in panels: the shapes in which the kernel multiplies. */

export interface Shape {
  readonly rows: number;
  readonly columns: number;
}

export interface Blocks extends Shape {
  /** A multiple of 16, because the kernel takes four rows a turn, or four groups of four rows. */
  readonly rowsPerBlock: number;
  readonly blocks: number;
  /** Rows with the empty ones that fill the last block. */
  readonly paddedRows: number;
  readonly panels: number;
}

/** Currents along a bit line are known at so many points for the IR drop (ir-drop.ts). */
export const maxBlocks = 4;
export const panelColumns = 8;
/** Rows of which the noise of the devices is known together (packed-matrix.ts). */
export const groupRows = 4;

const turnRows = 16;

export function blocksOf({ rows, columns }: Shape): Blocks {
  const rowsPerBlock = turnRows * Math.ceil(rows / (turnRows * maxBlocks));
  const blocks = Math.ceil(rows / rowsPerBlock);
  return {
    rows,
    columns,
    rowsPerBlock,
    blocks,
    paddedRows: blocks * rowsPerBlock,
    panels: Math.ceil(columns / panelColumns),
  };
}

/** Rows of the largest matrix with the empty ones. */
export const mostPaddedRows = (rows: number): number =>
  maxBlocks * blocksOf({ rows, columns: 1 }).rowsPerBlock;
