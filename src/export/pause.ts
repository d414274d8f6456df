/** What an export does between two batches: tell how far it is, let others have their turn, and stop when the user wants. */

export type Pause = (rows: number) => Promise<void>;
