/** Where the wear ledgers of all chips lie: they outlive every store. */

import { homedir } from "node:os";
import { join } from "node:path";

/** What `--ledger` says, else PCMLAB_LEDGER, else the user's data directory by the XDG base directory specification. */
export function ledgerFolder(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const { PCMLAB_LEDGER: own, XDG_DATA_HOME: data } = environment;
  return option ?? (own || join(data || join(homedir(), ".local", "share"), "pcmlab"));
}
