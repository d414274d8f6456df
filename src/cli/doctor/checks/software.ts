/** Node and the packages with native code. */

import type { Diagnosis } from "../diagnosis.ts";
import type { Facts } from "../facts.ts";

/** The oldest Node that pcmlab runs on (package.json, engines). */
const oldestNode = [20, 19, 0] as const;
/** Without it there are no pseudo-terminals for the emulator, and nothing else is missing. */
const optionalModules = ["node-pty", "usb"];
export function nodeVersion({ nodeVersion: version }: Facts): Diagnosis[] {
  const subject = `Node ${version}`;
  const oldest = oldestNode.join(".");
  if (!older(version, oldestNode)) return [{ level: "fine", subject, text: `at least ${oldest}` }];
  return [
    { level: "problem", subject, text: `older than ${oldest}`, mend: "install Node 22: https://nodejs.org" },
  ];
}

function older(version: string, limit: readonly number[]): boolean {
  const parts = version.replace(/^v/, "").split(".").map(Number);
  const at = limit.findIndex((part, n) => parts[n] !== part);
  return at >= 0 && (parts[at] ?? 0) < (limit[at] ?? 0);
}

export function modules({ modules: all }: Facts): Diagnosis[] {
  return all.map(({ name, failure }): Diagnosis => {
    if (failure === undefined) return { level: "fine", subject: name, text: "loads" };
    const level = optionalModules.includes(name) ? "warning" : "problem";
    return { level, subject: name, text: `does not load: ${failure}`, mend: `npm rebuild ${name}` };
  });
}
