/** Folders of wear ledgers for tests. */

import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { onTestFinished } from "vitest";
import type { ChipLedger } from "../../src/store/ledger/chip-ledger.ts";
import type { LedgerOwner } from "../../src/store/ledger/open.ts";

export const owner: LedgerOwner = { process: 17, host: "bench", command: "program", sinceWallSeconds: 1e9 };

/** Gone after the test. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pcmlab-ledger-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The files as they are when the process that writes them is killed, for another process to open. */
export function leftBehind({ path }: ChipLedger): string {
  const folder = freshFolder();
  for (const suffix of ["", "-wal"])
    if (existsSync(path + suffix)) copyFileSync(path + suffix, join(folder, basename(path)) + suffix);
  return folder;
}
