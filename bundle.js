/** Joins what the compiler made of the command and of the library into few files: see docs/decisions/0024-code-is-joined-to-begin-sooner.md. */

import { chmod, copyFile } from "node:fs/promises";
import { rolldown } from "rolldown";

const folder = "dist/bundle";

const bundle = await rolldown({
  input: { pcmlab: "dist/src/cli/main.js", index: "dist/src/index.js" },
  // Packages stay where npm puts them, but for zod: it is a hundred files, and two thirds of them are languages that nothing here speaks.
  external: (id) => !/^[./]|^zod(\/|$)/.test(id),
  platform: "node",
});
await bundle.write({ dir: folder, chunkFileNames: "[name].js", cleanDir: true });
// npm makes it so when it installs, and not when it is built again.
await chmod(`${folder}/pcmlab.js`, 0o755);
await copyFile("node_modules/zod/LICENSE", `${folder}/zod.LICENSE`);
