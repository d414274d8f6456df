/** `npm run kernel` writes each kernel.ts from its kernel.wat; otherwise this test compares the two. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import loadWabt from "wabt";

const arrays = join(import.meta.dirname, "../../mocks/array");

test.each(["mvm", "read-kernel"])("kernel.ts of %s holds what kernel.wat assembles to", async (name) => {
  const folder = join(arrays, name);
  const wabt = await loadWabt();
  const parsed = wabt.parseWat("kernel.wat", readFileSync(join(folder, "kernel.wat"), "utf8"), {
    simd: true,
  });
  parsed.validate();
  const { buffer } = parsed.toBinary({});
  const text = [
    "/** kernel.wat as it is assembled by `npm run kernel`, which writes this file. */",
    "",
    "export const kernelBase64 =",
    `  "${Buffer.from(buffer).toString("base64")}";`,
    "",
  ].join("\n");
  await expect(text).toMatchFileSnapshot(join(folder, "kernel.ts"));
});
