import { defineConfig } from "vitest/config";

/** These have a process to themselves: they start processes, or put a module in the place of another. */
const alone = ["test/system/**/*.test.ts", "test/docs/pages.test.ts", "test/store/open-race.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Many of the tests with processes wait for a board most of the time, so that two processors have room for a third.
    maxWorkers: 3,
    // Tests with real processes and terminals share a machine with whatever else runs there; the report names those that were repeated.
    retry: process.env.CI === undefined ? 0 : 2,
    // Commands that tests run keep their wear ledgers in the folder they run in, and never in the user's own.
    env: { PCMLAB_LEDGER: "ledger" },
    projects: [
      { extends: true, test: { name: "alone", include: alone } },
      // Loading zod, stores and emulated chips anew takes longer than most of these files do.
      {
        extends: true,
        test: { name: "shared", include: ["test/**/*.test.ts"], exclude: alone, isolate: false },
      },
    ],
  },
});
