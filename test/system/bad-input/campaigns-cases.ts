/** Bad input: campaigns and the store. */

import { type Case, campaign } from "./case.ts";
import { onBoard } from "./world.ts";

export const campaigns: readonly Case[] = [
  {
    phrase: "a plan with times in the past",
    words: (world) => campaign(world, "--at", "25s"),
    code: "USAGE",
    says: /past/,
  },
  {
    phrase: "a store that is a directory",
    words: ({ file }) => ["report", "--store", file("folder.db"), "-o", file("report.html")],
    code: "STORE",
    says: /folder\.db is a folder/,
  },
  {
    phrase: "a store that is read-only",
    file: "store/open.test.ts",
    test: "SQLITE_READONLY",
  },
  {
    phrase: "a store that is truncated",
    words: ({ file }) => ["report", "--store", file("truncated.db"), "-o", file("report.html")],
    code: "STORE",
    says: /truncated\.db/,
  },
  {
    phrase: "a store that is corrupted at a page",
    words: ({ file }) => ["report", "--store", file("corrupted.db"), "-o", file("report.html")],
    code: "STORE",
    says: /corrupted\.db/,
  },
  {
    phrase: "a store that is corrupted at a random page",
    file: "store/corruption.test.ts",
    test: "a store that is damaged anywhere is told in one line",
  },
  {
    phrase: "a region that does not exist",
    words: (world) => campaign(world, "--at", "2d", "--canary", "9:0..3:0..3"),
    code: "LIMIT",
    says: /array 9, rows 0\.\.3, columns 0\.\.3 is not on the chip/,
  },
  {
    phrase: "a campaign that ends, and nobody to agree to that",
    words: ({ file }) => ["campaign", "stop", "--store", file("run.db")],
    code: "USAGE",
    says: /ends for good/,
  },
  {
    phrase: "two campaigns for one chip",
    words: (world) => ["campaign", "new", ...onBoard(world, world.board), "--at", "3d"],
    code: "STORE_CONTENT",
    says: /campaign 1 of .* is .*one at a time/,
  },
  {
    phrase: "an export to a full disk",
    file: "system/store.test.ts",
    test: "to a full disk says so and leaves nothing",
  },
];
