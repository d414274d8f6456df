/**
 * A network on a chip, its accuracy for a virtual day, and the report: node examples/library/accuracy-over-time.mjs [FOLDER]
 *
 * The smallest digits network of this package on an emulated chip of 64 x 64 devices; FOLDER (`.` when missing) gets store and report.
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { calibrate, infer, openStore, programNetwork, readNetwork, startEmulator, writeReport } from "pcmlab";

const [folder = "."] = process.argv.slice(2);
const digits = (name) => fileURLToPath(new URL(`../digits/${name}`, import.meta.url));
const emulator = await startEmulator({ profile: "tiny", seed: 1 });
const store = join(folder, "digits.db");
// That of an earlier run is of a chip that is no more.
for (const file of [store, `${store}-wal`, `${store}-shm`]) await rm(file, { force: true });
const experiment = { chip: emulator.address, store, ledgerFolder: join(folder, "ledger") };
try {
  await calibrate(experiment);
  const { devices, convergedNonZeroShare } = await programNetwork({
    ...experiment,
    network: digits("tiny.onnx"),
  });
  console.log(
    `${devices} devices, ${(100 * convergedNonZeroShare).toFixed(2)} % of those above zero converged`,
  );
  await readNetwork({ ...experiment, agesSeconds: [25, 86_400] });
} finally {
  await emulator.close();
}

const { digital, accuracies } = await infer({
  store,
  images: digits("digits-test-images-idx3-ubyte.gz"),
  normalise: "0.5/0.5",
  compensations: ["none", "gdc"],
  limit: 1000,
});
console.log(`exact weights: ${(100 * digital.accuracy).toFixed(2)} %`);
for (const { ageSeconds, compensation, accuracy } of accuracies)
  console.log(`${ageSeconds} s, ${compensation}: ${(100 * accuracy).toFixed(2)} %`);

const stored = openStore(store);
const read = stored.devices(86_400);
stored.close();
console.log(`${read.length} tiles were read after a day`);
await writeReport({ store, output: join(folder, "report.html") });
