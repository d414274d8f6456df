/** `npm run docs` writes docs/api.d.ts.txt; a change of the public API shows as a change of that file. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { publicApi } from "./declarations.ts";

const project = join(import.meta.dirname, "../..");

test("docs/api.d.ts.txt is the public API of this version", async () => {
  const api = publicApi(join(project, "dist"));
  expect(api).toMatch(/^export declare function connectChip\(/m);
  expect(api).toMatch(/^export interface Chip \{/m);
  await expect(api).toMatchFileSnapshot(join(project, "docs/api.d.ts.txt"));
});
