/** Where stores and ledgers lie: room, and whether SQLite can keep its promises there. */

import type { Diagnosis } from "../diagnosis.ts";
import type { Facts, Storage } from "../facts.ts";

/** A month of readings of a million devices takes 130 MB, a vacuum as much again. */
const scarceBytes = 2 ** 30;
const tooFewBytes = 2 ** 26;

export const storage = ({ storage: all }: Facts): Diagnosis[] => all.map(diagnosisOf);

function diagnosisOf({ what, folder, mayWrite, freeBytes, networkFileSystem }: Storage): Diagnosis {
  const subject = `${what} in ${folder}`;
  const instead =
    what === "stores" ? "begin stores on a local disk: --store" : "name a local folder: --ledger";
  if (networkFileSystem !== undefined) {
    const text = `a network file system (${networkFileSystem}), on which locks are not safe`;
    return { level: "problem", subject, text, mend: `${instead}; df -T shows which are local` };
  }
  if (!mayWrite)
    return {
      level: "problem",
      subject,
      text: "cannot be written to",
      mend: `sudo chown "$USER" ${quoted(folder)}`,
    };
  if (freeBytes === undefined) return { level: "fine", subject, text: "can be written to" };
  const text = `${roomOf(freeBytes)} free`;
  if (freeBytes >= scarceBytes) return { level: "fine", subject, text };
  const level = freeBytes < tooFewBytes ? "problem" : "warning";
  return { level, subject, text, mend: `make room: du -xh ${quoted(folder)} | sort -h | tail` };
}

const roomOf = (bytes: number): string =>
  bytes < 2 ** 30 ? `${Math.floor(bytes / 2 ** 20)} MiB` : `${Math.floor(bytes / 2 ** 30)} GiB`;

const quoted = (path: string): string =>
  /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
