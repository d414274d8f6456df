/** npm run bench -- NAME [--json]: measures and prints figures; it asserts nothing. */

import { emulator } from "./emulator.ts";
import { fidelity } from "./fidelity.ts";
import { firstLight } from "./first-light.ts";
import { ledger } from "./ledger.ts";
import { link } from "./link.ts";
import { programAlgorithms } from "./program-algorithms.ts";

/** Names of the paper's or an issue's figure, with the absolutes that a ratio came from beside it. */
export type Figures = Readonly<Record<string, unknown>>;

const benchmarks: Readonly<Record<string, () => Promise<Figures>>> = {
  "first-light": firstLight,
  emulator,
  fidelity,
  ledger,
  link,
  "program-algorithms": programAlgorithms,
};

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const name = words[0] ?? "";
const benchmark = benchmarks[name];
if (benchmark === undefined) {
  process.stderr.write(`bench: name one of ${Object.keys(benchmarks).join(", ")}\n`);
  process.exitCode = 2;
} else {
  const figures = await benchmark();
  process.stdout.write(`${JSON.stringify({ name, figures }, null, 2)}\n`);
}
