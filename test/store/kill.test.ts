import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { freshPath } from "./temp-folder.ts";

const writer = fileURLToPath(new URL("./kill-writer.ts", import.meta.url));

/** Node 20 does not run TypeScript by itself; Vite, which vitest brings along, does. */
const script = `
  import { writeSync } from "node:fs";
  import { runnerImport } from "vite";
  const { module } = await runnerImport(${JSON.stringify(writer)}, { configFile: false });
  module.programForEver(process.argv[1], (line) => writeSync(1, line));
`;

test("kill -9 loses nothing that was acknowledged, and the next process goes on", async () => {
  const path = freshPath();
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let acknowledged = "";
  child.stdout.on("data", (chunk: Buffer) => {
    acknowledged += chunk.toString();
    if (acknowledged.split("\n").length > 5) child.kill("SIGKILL");
  });
  const [, signal] = await once(child, "close");
  expect(signal).toBe("SIGKILL");
  const last = Number(acknowledged.trimEnd().split("\n").at(-1));
  const store = openStore(path, { mode: "existing" });
  const programmings = store.programmings.list();
  expect(last).toBeGreaterThanOrEqual(5);
  expect(programmings.length).toBeGreaterThanOrEqual(last);
  expect(programmings.length).toBeLessThanOrEqual(last + 1);
  for (const { id } of programmings) expect(store.programmings.cells(id).pulses).toHaveLength(27 * 32);
  store.close();
}, 20_000);
