/** npm run bench -- NAME [--small] [--json]: measures and prints figures; it asserts nothing. */

import { accuracy } from "./accuracy.ts";
import { campaign } from "./campaign.ts";
import { dashboard } from "./dashboard.ts";
import { drift } from "./drift.ts";
import { emulator } from "./emulator.ts";
import { fidelity } from "./fidelity.ts";
import { firstLight } from "./first-light.ts";
import { infer } from "./infer.ts";
import { ledger } from "./ledger.ts";
import { link } from "./link.ts";
import { program } from "./program.ts";
import { start } from "./start.ts";
import { store } from "./store.ts";

/** Names of the paper's or an issue's figure, with the absolutes that a ratio came from beside it. */
export type Figures = Readonly<Record<string, unknown>>;

export interface BenchOptions {
  /** Sizes that take a minute or two, where a benchmark has them; its figures are then near the real ones at best. */
  readonly small: boolean;
}

const benchmarks: Readonly<Record<string, (options: BenchOptions) => Promise<Figures>>> = {
  "first-light": firstLight,
  accuracy,
  dashboard,
  drift,
  campaign,
  emulator,
  fidelity,
  infer,
  ledger,
  link,
  program,
  start,
  store,
};

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const name = words[0] ?? "";
const benchmark = benchmarks[name];
if (benchmark === undefined) {
  process.stderr.write(`bench: name one of ${Object.keys(benchmarks).join(", ")}\n`);
  process.exitCode = 2;
} else {
  const figures = await benchmark({ small: process.argv.includes("--small") });
  process.stdout.write(`${JSON.stringify({ name, figures }, null, 2)}\n`);
}
