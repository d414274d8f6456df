/** `pcmlab compare-programming` on a chip behind a port: nothing is pulsed before the user agrees, and then only in the cells named. */

import { expect, test } from "vitest";
import { z } from "zod";
import { emulator, folder, json, pcmlab } from "./command.ts";

const wearSchema = z.object({
  chips: z.array(
    z.object({
      pulses: z.number(),
      mostWorn: z.array(z.object({ array: z.number(), row: z.number(), column: z.number() })),
    }),
  ),
});
const comparisonSchema = z.object({
  algorithms: z.array(z.object({ name: z.string(), pattern: z.object({ pulses: z.number() }) })),
});

test("says what it would pulse, and pulses that and nothing else once the user agrees", async () => {
  const cwd = await folder();
  const board = await emulator(["--profile", "tiny", "--seed", "5", "--tcp", "0"], cwd);
  const chip = ["--chip", `127.0.0.1:${board.tcpPort}`, "--ledger", "ledger"];
  const compare = [
    ...["compare-programming", ...chip, "--algorithms", "melt-quench,residual+late:5s"],
    ...["--per-level", "5", "--region", "0:16-31:8-47", "--quiet"],
  ];
  const wear = async () => wearSchema.parse(await json(["wear", ...chip, "--most", "10000"], cwd)).chips[0]!;
  const refused = await pcmlab(compare, cwd);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("array 0, rows 16..");
  expect(refused.stderr).toContain("array 0, rows 24..");
  expect(refused.stderr).toContain("nothing was pulsed");
  for (const [regions, reason] of [
    ["0:0-7:0-63,0:8-63:0-1", "hold patterns of"],
    ["0:0-7:0-63,0:7-14:0-63", "areas overlap"],
  ] as const) {
    const unfair = await pcmlab([...compare.slice(0, -3), "--region", regions, "--yes", "--quiet"], cwd);
    expect(unfair.stderr).toContain(reason);
  }
  // A chip without a pulse has no ledger.
  expect((await pcmlab(["wear", ...chip], cwd)).stderr).toContain("holds no wear ledger of");

  const { algorithms } = comparisonSchema.parse(await json([...compare, "--yes"], cwd));
  expect(algorithms.map(({ name }) => name)).toEqual(["melt-quench", "residual+late:5s"]);
  const { pulses, mostWorn } = await wear();
  expect(pulses).toBe(algorithms.reduce((sum, { pattern }) => sum + pattern.pulses, 0));
  for (const { row, column } of mostWorn) {
    expect(row).toBeGreaterThanOrEqual(16);
    expect(row).toBeLessThanOrEqual(31);
    expect(column).toBeGreaterThanOrEqual(8);
    expect(column).toBeLessThanOrEqual(47);
  }
  await board.stop();
});
