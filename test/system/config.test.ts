/** A board, a store and a network that only the config file names, from the command line to the store. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emulator, folder, pcmlab } from "./command.ts";
import { inStore } from "./run-store.ts";
import { smallNetwork } from "./small-network.ts";

test("a network is programmed and read by what pcmlab.toml says, and the store tells which flags would have done it", async () => {
  const cwd = await folder();
  const board = await emulator(["--profile", "tiny", "--seed", "5", "--tcp", "0"], cwd);
  await writeFile(join(cwd, "small.onnx"), smallNetwork);
  const settings = `
    chip = "127.0.0.1:${board.tcpPort}"
    store = "run.db"
    ledger = "wear"
    converter-calibration = "nominal"
    [program]
    network = "small.onnx"
    gmax = "20uS"
    [read]
    at = "25s"
    averages = 2
    volts = "0.2V"`;
  await writeFile(join(cwd, "pcmlab.toml"), settings);

  const programmed = await pcmlab(["program", "--gmax", "22uS"], cwd);
  expect(programmed).toMatchObject({ exitCode: 0 });
  expect(programmed.stderr).toContain(`${join(cwd, "pcmlab.toml")} sets `);
  expect(await pcmlab(["read", "--averages", "3", "--json", "--quiet"], cwd)).toMatchObject({ exitCode: 0 });

  const runs = inStore(cwd, (store) => store.runs.list());
  const [program, read] = runs.map(({ commandLine }) => commandLine);
  expect(program?.slice(0, 3)).toEqual(["program", "--gmax", "22uS"]);
  expect(program).toEqual(
    expect.arrayContaining([`--network=${join(cwd, "small.onnx")}`, `--store=${join(cwd, "run.db")}`]),
  );
  expect(program).not.toContain("--gmax=20uS");
  expect(read).toEqual(
    expect.arrayContaining(["--averages", "3", "--at=25s", "--converter-calibration=nominal"]),
  );
  expect(read).not.toContain("--averages=2");

  const stroe = join(cwd, "wrong.toml");
  await writeFile(stroe, 'stroe = "run.db"');
  expect(await pcmlab(["read", "--config", "wrong.toml"], cwd)).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: `pcmlab: ${stroe}: stroe: no command has this option [USAGE]\n  next: did you mean store?\n`,
  });
});
