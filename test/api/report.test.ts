/** `npm run docs` writes docs/reference/api.d.ts.txt; a change of the public API shows as a change of that file. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { publicApi, undocumented, unexportedTypes } from "./declarations.ts";

const project = join(import.meta.dirname, "../..");
const dist = join(project, "dist");

test("docs/reference/api.d.ts.txt is the public API of this version", async () => {
  const api = publicApi(dist);
  expect(api).toMatch(/^export declare function connect\(/m);
  expect(api).toMatch(/^export interface Chip \{/m);
  await expect(api).toMatchFileSnapshot(join(project, "docs/reference/api.d.ts.txt"));
});

test("every type that the public API names is public itself", () => {
  expect(unexportedTypes(dist)).toEqual([]);
});

test("everything public that can be called or read says what it does", () => {
  expect(undocumented(dist)).toEqual([]);
});
