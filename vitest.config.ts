import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** These have a process to themselves: they start processes, or put a module in the place of another. */
const alone = ["test/system/**/*.test.ts", "test/docs/pages.test.ts", "test/store/open-race.test.ts"];

/** From the longest on, so that none of them is what the others are done long before. All take more than 15 s on two processors. */
const longest = [
  ...[
    "system/first-light",
    "system/usb",
    "system/conformance",
    "docs/pages",
    "system/reconnect",
    "system/resume",
  ],
  ...["system/programming", "system/on-chip", "system/recording", "system/campaign", "system/bad-input"],
  ...["system/dashboard", "system/package", "system/link", "system/lock", "system/mapping"],
  ...["conformance/broken", "cli/drift", "conformance/broken-link", "cli/resume-kill", "physics/read-noise"],
].map((name) => `/test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  /** Within each project; whatever has no place in the list comes behind it. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project.name))];
    const place = ({ project, moduleId }: TestSpecification): number => {
      const known = longest.findIndex((path) => moduleId.endsWith(path));
      return projects.indexOf(project.name) * 1000 + (known < 0 ? longest.length : known);
    };
    return sorted.sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
