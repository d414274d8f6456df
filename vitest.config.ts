import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Tests with real processes and terminals share a machine with whatever else runs there; the report names those that were repeated.
    retry: process.env.CI === undefined ? 0 : 2,
    // Commands that tests run keep their wear ledgers in the folder they run in, and never in the user's own.
    env: { PCMLAB_LEDGER: "ledger" },
  },
});
