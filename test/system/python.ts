/** Finds a Python that has the packages that a test needs. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Debian's packages belong to Debian's Python, which need not be the first one in the path. */
const candidates = ["python3", "/usr/bin/python3"];

interface Packages {
  readonly name: string;
  /** As Python imports them. */
  readonly imports: string;
  /** Debian's names. */
  readonly debian: string;
}

/** As `pythonWith`, for the test that drives the board from PyVISA. */
export const pythonWithPyvisa = (): Promise<string | undefined> =>
  pythonWith({
    name: "PyVISA",
    imports: "pyvisa, pyvisa_py, serial",
    debian: "python3-pyvisa python3-pyvisa-py python3-serial",
  });

/** As `pythonWith`, for tests of what NumPy reads. */
export const pythonWithNumpy = (): Promise<string | undefined> =>
  pythonWith({ name: "NumPy", imports: "numpy", debian: "python3-numpy" });

/**
 * The name of an interpreter, or undefined after saying on stderr what is skipped and how to get it.
 * @throws Error in CI, where nothing is skipped.
 */
async function pythonWith({ name, imports, debian }: Packages): Promise<string | undefined> {
  const failures: string[] = [];
  for (const python of candidates) {
    try {
      await run(python, ["-c", `import ${imports}`]);
      return python;
    } catch (failure) {
      failures.push(`${python}: ${lastLineOf(failure)}`);
    }
  }
  const text = `no Python with ${name} (${failures.join("; ")}): apt-get install -y ${debian}`;
  if (process.env.CI !== undefined) throw new Error(text);
  process.stderr.write(`SKIPPED: ${text}\n`);
  return undefined;
}

/** What a script prints. @throws Error with what it printed on stderr. */
export async function python(interpreter: string, words: readonly string[], cwd?: string): Promise<string> {
  const options = { timeout: 60_000, maxBuffer: 2 ** 28, ...(cwd !== undefined && { cwd }) };
  const { stdout } = await run(interpreter, [...words], options);
  return stdout;
}

const lastLineOf = (failure: unknown): string =>
  (failure instanceof Error ? failure.message : String(failure)).trim().split("\n").at(-1) ?? "";
