/** npm run bench -- NAME [--small] [--json]: measures and prints figures; it asserts nothing. */

/** Names of the paper's or an issue's figure, with the absolutes that a ratio came from beside it. */
export type Figures = Readonly<Record<string, unknown>>;

export interface BenchOptions {
  /** Sizes that take a minute or two, where a benchmark has them; its figures are then near the real ones at best. */
  readonly small: boolean;
}

type Benchmark = (options: BenchOptions) => Promise<Figures>;

/** Each loads what it measures and nothing else: a heap full of the others' code makes every collection of garbage slower. */
const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  "first-light": async () => (await import("./first-light.ts")).firstLight,
  accuracy: async () => (await import("./accuracy.ts")).accuracy,
  campaign: async () => (await import("./campaign.ts")).campaign,
  dashboard: async () => (await import("./dashboard.ts")).dashboard,
  drift: async () => (await import("./drift.ts")).drift,
  emulator: async () => (await import("./emulator.ts")).emulator,
  fidelity: async () => (await import("./fidelity.ts")).fidelity,
  infer: async () => (await import("./infer.ts")).infer,
  ledger: async () => (await import("./ledger.ts")).ledger,
  link: async () => (await import("./link.ts")).link,
  program: async () => (await import("./program.ts")).program,
  start: async () => (await import("./start.ts")).start,
  store: async () => (await import("./store.ts")).store,
};

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const name = words[0] ?? "";
const load = benchmarks[name];
if (load === undefined) {
  process.stderr.write(`bench: name one of ${Object.keys(benchmarks).join(", ")}\n`);
  process.exitCode = 2;
} else {
  const benchmark = await load();
  const figures = await benchmark({ small: process.argv.includes("--small") });
  process.stdout.write(`${JSON.stringify({ name, figures }, null, 2)}\n`);
}
