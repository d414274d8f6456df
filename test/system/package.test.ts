/** What `npm pack` makes, in an empty project of somebody else's: it runs, it can be imported, and its types check. */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Ended, ended, folder } from "./command.ts";

const checkout = join(import.meta.dirname, "../..");

const run = (command: string, words: readonly string[], cwd: string): Promise<Ended> =>
  ended(spawn(command, words, { cwd, stdio: ["ignore", "pipe", "pipe"] }));

/** npm's own reports, one entry a package, as a list or by name. */
const packedSchema = z.object({
  filename: z.string(),
  size: z.number(),
  unpackedSize: z.number(),
  files: z.array(z.object({ path: z.string(), size: z.number() })),
});
const reportSchema = z.union([z.array(packedSchema), z.record(z.string(), packedSchema)]);

const manifestSchema = z.object({
  scripts: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
});

interface Installed {
  /** The project that the package is installed in. */
  readonly project: string;
  readonly packed: z.infer<typeof packedSchema>;
  readonly manifest: z.infer<typeof manifestSchema>;
}

let installed: Installed;

beforeAll(async () => {
  installed = await install(await folder(() => {}));
});

afterAll(() => rm(installed.project, { recursive: true, force: true }));

/** As `npm install TARBALL` does it, but with the dependencies of this checkout: the registry may not be there. */
async function install(project: string): Promise<Installed> {
  const modules = join(project, "node_modules");
  const home = join(modules, "pcmlab");
  await mkdir(home, { recursive: true });
  // The build is there already; making it again would change it under other tests.
  const words = ["pack", "--json", "--ignore-scripts", "--pack-destination", project];
  const [packed] = Object.values(reportSchema.parse(JSON.parse((await run("npm", words, checkout)).stdout)));
  if (packed === undefined) throw new Error("npm packed nothing");
  await run("tar", ["-xzf", join(project, packed.filename), "--strip-components=1", "-C", home], project);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(home, "package.json"), "utf8")));
  // Types of Node are what every TypeScript project has.
  const needed = [...Object.keys(manifest.dependencies), "@types/node"];
  await Promise.all(needed.map((name) => borrow(modules, name)));
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "stranger", type: "module" }));
  await run("npm", ["rebuild", "pcmlab", "--ignore-scripts", "--offline"], project);
  return { project, packed, manifest };
}

async function borrow(modules: string, name: string): Promise<void> {
  const place = join(modules, name);
  await mkdir(dirname(place), { recursive: true });
  await symlink(join(checkout, "node_modules", name), place, "junction");
}

describe("the tarball", () => {
  test("has what runs and what explains it, and nothing else", () => {
    const { files, size, unpackedSize } = installed.packed;
    process.stdout.write(
      `package: ${(size / 1e6).toFixed(2)} MB, ${(unpackedSize / 1e6).toFixed(2)} MB unpacked, ${files.length} files\n`,
    );
    const paths = files.map(({ path }) => path);
    for (const path of [
      ...["README.md", "LICENSE", "CHANGELOG.md", "firmware-protocol/SPEC.md", "docs/reference/store.md"],
      ...["dist/bundle/index.js", "dist/src/index.d.ts", "dist/bundle/pcmlab.js", "dist/bundle/zod.LICENSE"],
      ...["examples/digits/digits.onnx", "examples/library/program-a-matrix.mjs"],
    ])
      expect(paths).toContain(path);
    const known = /^(README\.md|LICENSE|CHANGELOG\.md|package\.json|firmware-protocol\/SPEC\.md)$/;
    const folders =
      /^(dist\/bundle\/[^/]+\.(js|LICENSE)|dist\/(src|drivers|firmware-protocol|calibration|mocks)\/.+\.d\.ts|docs\/.+|examples\/.+)$/;
    expect(paths.filter((path) => !known.test(path) && !folders.test(path))).toEqual([]);
    // Sources of examples need those of the repository.
    expect(paths.filter((path) => /^examples\/.*\.ts$|\.map$/.test(path))).toEqual([]);
    expect(size).toBeLessThan(4e6);
  });

  test("loads no package that it does not depend on, and points at no source map", async () => {
    const { project, packed, manifest } = installed;
    const scripts = packed.files.map(({ path }) => path).filter((path) => path.endsWith(".js"));
    expect(scripts.length).toBeGreaterThan(50);
    const texts = await Promise.all(
      scripts.map((path) => readFile(join(project, "node_modules/pcmlab", path), "utf8")),
    );
    const loaded = texts.flatMap((text) =>
      [...text.matchAll(/^(?:import|export) [^;]*?from "([^".][^"]*)";|import\("([^".][^"]*)"\)/gm)].map(
        ([, first, second]) => first ?? second ?? "",
      ),
    );
    const packages = new Set(loaded.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name));
    const missing = [...packages].filter(
      (name) => !name.startsWith("node:") && !(name in manifest.dependencies),
    );
    expect(packages.size).toBeGreaterThan(10);
    expect(missing).toEqual([]);
    expect(texts.filter((text) => text.includes("sourceMappingURL="))).toEqual([]);
  });

  test("does nothing when it is installed", () => {
    const { scripts } = installed.manifest;
    expect(["preinstall", "install", "postinstall"].filter((name) => name in scripts)).toEqual([]);
  });
});

const demoSchema = z.object({
  programmed: z.object({ convergedNonZeroShare: z.number() }),
  inferred: z.object({
    digital: z.object({ accuracy: z.number() }),
    accuracies: z.array(z.object({ ageSeconds: z.number(), compensation: z.string(), accuracy: z.number() })),
  }),
});

test("`npx pcmlab demo` shows the whole chain on its own digits", async () => {
  const { project } = installed;
  const { exitCode, stdout, stderr } = await run(
    "npx",
    ["--no-install", "pcmlab", "demo", "--json", "--quiet"],
    project,
  );
  expect([exitCode, stderr.replace(/^npm warn .*\n/gm, "")]).toEqual([0, ""]);
  const { inferred, programmed } = demoSchema.parse(JSON.parse(stdout));
  const accuracyAt = (ageSeconds: number, compensation: string): number | undefined =>
    inferred.accuracies.find((one) => one.ageSeconds === ageSeconds && one.compensation === compensation)
      ?.accuracy;
  expect(programmed.convergedNonZeroShare).toBeGreaterThan(0.991);
  expect(inferred.digital.accuracy).toBe(0.975);
  expect(accuracyAt(25, "none")).toBeGreaterThan(0.965);
  expect(accuracyAt(86_400, "none")).toBeLessThan(0.5);
  expect(accuracyAt(86_400, "gdc")).toBeGreaterThan(0.95);
  expect(accuracyAt(86_400, "adabs")).toBeGreaterThan(0.965);
  expect(await readFile(join(project, "pcmlab-demo/report.html"), "utf8")).toContain("97.50");
  expect(existsSync(join(project, "pcmlab-demo/chip"))).toBe(false);
});

const consumer = `import { connect, type Descriptor, LabError, type OpenChip, programMatrix, startEmulator } from "pcmlab";

const emulator = await startEmulator({ profile: "tiny" });
const chip = await connect(emulator.address);
const descriptor: Descriptor = chip.descriptor;
try {
  await programMatrix(chip, { rows: 2, columns: 2, weights: Float32Array.of(1, 2, 3) });
} catch (failure) {
  if (!(failure instanceof LabError)) throw failure;
  console.log(descriptor.model, failure.code, failure.next);
}
await chip.close();
await emulator.close();
export type Own = OpenChip;
`;

test("a TypeScript program that uses it checks, with every declaration of it, and runs", async () => {
  const { project } = installed;
  const compilerOptions = {
    module: "nodenext",
    target: "es2023",
    strict: true,
    types: ["node"],
    outDir: "out",
  };
  await writeFile(join(project, "consumer.ts"), consumer);
  await writeFile(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["consumer.ts"] }),
  );
  const compiler = join(checkout, "node_modules/typescript/bin/tsc");
  const checked = await run(process.execPath, [compiler, "-p", "."], project);
  expect([checked.exitCode, checked.stdout]).toEqual([0, ""]);
  const { stdout, stderr } = await run(process.execPath, ["out/consumer.js"], project);
  expect(stderr).toBe("");
  expect(stdout).toBe("TINY USAGE give rows x columns weights, row by row\n");
});

test.skipIf(process.platform === "win32")(
  "the command of a checkout runs by itself, as npx and npm link run it, also when it was built again",
  async () => {
    const { exitCode, stdout } = await run(join(checkout, "dist/bundle/pcmlab.js"), ["--version"], checkout);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  },
);
