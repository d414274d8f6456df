/** SPEC.md, 9 and 10.3: the chip's clock and the stamps that it makes. */

import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { clockOf } from "../../chip/clock-kind.ts";
import { asked, demand, reading, scripted } from "../asking.ts";
import { largestRegion, readMessage } from "../board.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { refused } from "../step.ts";

/** Each of two stamps may be off by the resolution of the clock. */
const resolutionSeconds = 1e-6;
/** From here on seven digits are needed to write a microsecond. */
const lateSeconds = 0.1;
const maxReads = 40;
/** An oscillator without a crystal may be so far off. */
const slowestClock = 0.05;

export const chipTimeRules: readonly Rule[] = [
  rule("time.forwards", "9", "has a clock that never runs backwards", async (probe) => {
    let before = 0;
    for (let asking = 0; asking < 8; asking++) {
      const { chipSeconds } = await asked(probe, chipTime);
      demand(chipSeconds >= before, "CHIP:TIME?\n", `${before} s or later`, `${chipSeconds} s`);
      before = chipSeconds;
    }
  }),
  rule(
    "time.kind",
    "9",
    "has a clock that goes on by itself as fast as it says, or stands still when it says virtual",
    async (probe) => {
      const { kind, factor } = clockOf(probe.board.descriptor);
      const before = (await asked(probe, chipTime)).chipSeconds;
      const rested = await probe.rest("pause");
      const passed = (await asked(probe, chipTime)).chipSeconds - before;
      const least = rested * factor * (1 - slowestClock);
      const sent = "CHIP:TIME?\n";
      if (kind === "virtual") demand(passed === 0, sent, `${before} s as before`, `${passed} s more`);
      else demand(passed >= least, sent, `at least ${least} s more after ${rested} s`, `${passed} s more`);
    },
  ),
  rule(
    "time.read-stamps",
    "9",
    "stamps a read with chip times between those before and after it",
    async (probe) => {
      const region = largestRegion(probe.board);
      const before = (await asked(probe, chipTime)).chipSeconds;
      const reply = await reading(probe, { region }, region.rows * region.columns);
      const after = (await asked(probe, chipTime)).chipSeconds;
      const inside = before <= reply.firstSampleSeconds && reply.lastSampleSeconds <= after;
      demand(
        inside,
        readMessage(probe.board, { region }),
        `stamps within ${before} to ${after} s`,
        `${reply.firstSampleSeconds} to ${reply.lastSampleSeconds} s`,
      );
    },
  ),
  rule(
    "time.nothing-chosen",
    "9",
    "answers equal stamps and no codes when no cell is chosen",
    async (probe) => {
      const mask = Uint8Array.of(0);
      const reply = await reading(probe, { mask }, 0);
      const { firstSampleSeconds: first, lastSampleSeconds: last } = reply;
      demand(first === last, readMessage(probe.board, { mask }), "equal stamps", `${first} and ${last} s`);
    },
  ),
  rule("time.resolution", "9", "resolves 1 µs, and writes times with all their digits", async (probe) => {
    await growLate(probe);
    const { maxAverages: averages, sampleSeconds } = probe.board.descriptor.read;
    const reply = await reading(probe, { averages }, 1);
    const took = reply.lastSampleSeconds - reply.firstSampleSeconds;
    const nominal = (averages - 1) * sampleSeconds;
    const tolerance = 2 * resolutionSeconds + 0.01 * nominal;
    demand(
      Math.abs(took - nominal) <= tolerance,
      readMessage(probe.board, { averages }),
      `(averages - 1) x sampleSeconds = ${nominal} s from the first sample to the last`,
      `${took} s`,
    );
  }),
  scripted("time.parameters", "10.3", "refuses parameters", () => [refused("CHIP:TIME? 1", -108)]),
];

/** Reads until the clock of a board that was just switched on needs many digits. */
async function growLate(probe: Probe): Promise<void> {
  const region = largestRegion(probe.board);
  const { maxAverages: averages } = probe.board.descriptor.read;
  for (let reads = 0; reads < maxReads; reads++) {
    if ((await asked(probe, chipTime)).chipSeconds >= lateSeconds) return;
    await reading(probe, { region, averages }, region.rows * region.columns);
  }
}
