/** Finds a Python that has PyVISA, for the test that drives the board from it. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Debian's packages belong to Debian's Python, which need not be the first one in the path. */
const candidates = ["python3", "/usr/bin/python3"];
const needed = "import pyvisa, pyvisa_py, serial";
const command = "apt-get install -y python3-pyvisa python3-pyvisa-py python3-serial";

/**
 * The name of an interpreter, or undefined after saying on stderr what is skipped and how to get it.
 * @throws Error in CI, where nothing is skipped.
 */
export async function pythonWithPyvisa(): Promise<string | undefined> {
  const failures: string[] = [];
  for (const python of candidates) {
    try {
      await run(python, ["-c", needed]);
      return python;
    } catch (failure) {
      failures.push(`${python}: ${lastLineOf(failure)}`);
    }
  }
  const text = `no Python with PyVISA (${failures.join("; ")}): ${command}`;
  if (process.env.CI !== undefined) throw new Error(text);
  process.stderr.write(`SKIPPED: ${text}\n`);
  return undefined;
}

/** What a script prints. @throws Error with what it printed on stderr. */
export async function python(interpreter: string, words: readonly string[]): Promise<string> {
  const { stdout } = await run(interpreter, [...words], { timeout: 60_000 });
  return stdout;
}

const lastLineOf = (failure: unknown): string =>
  (failure instanceof Error ? failure.message : String(failure)).trim().split("\n").at(-1) ?? "";
