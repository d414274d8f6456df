/** `npm run kernel` writes mocks/array/mvm/kernel.ts from kernel.wat; otherwise this test compares the two. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import loadWabt from "wabt";

const folder = join(import.meta.dirname, "../../mocks/array/mvm");

test("kernel.ts holds what kernel.wat assembles to", async () => {
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
