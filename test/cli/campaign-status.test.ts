/** What `campaign status` says of a store with many regions. */

import { expect, test } from "vitest";
import { type CampaignStatus, statusText } from "../../src/cli/campaign/status-report.ts";

const tile = (name: string, done: number) => ({ name, kind: "tile", done, slots: 6 });

const status: CampaignStatus = {
  campaign: 1,
  name: "month",
  state: "paused",
  reason: null,
  heldBy: null,
  isOrphaned: false,
  slots: 42,
  outcomes: { read: 37, late: 0, missed: 0, failed: 0 },
  open: 5,
  next: null,
  nextWallSeconds: null,
  latest: null,
  troubles: [],
  subjects: [
    ...["conv1", "conv2", "conv3", "conv4", "conv5"].map((name) => tile(name, 6)),
    tile("fc", 3),
    { name: "canary", kind: "region", done: 4, slots: 6 },
  ],
};

test("regions that have come equally far are counted, those behind are named", () => {
  expect(statusText(status).split("\n").slice(-3)).toEqual([
    "  conv1 and 4 more like it: 6 of 6 each",
    "  fc: 3 of 6",
    "  canary: 4 of 6",
  ]);
});
