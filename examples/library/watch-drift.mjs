/**
 * The drift of a hundred devices at one conductance, and its exponent: node examples/library/watch-drift.mjs [ADDRESS]
 *
 * An emulated chip has virtual time, and a day passes at once. On a real chip this takes the day.
 */

import { connect, programConductances, readConductances, startEmulator } from "pcmlab";

const [address] = process.argv.slice(2);
const emulator = address === undefined ? await startEmulator({ profile: "tiny", seed: 1 }) : undefined;
const chip = await connect(address ?? emulator?.address ?? "");
try {
  const region = { array: 0, row: 0, column: 0, rows: 10, columns: 10 };
  const targets = new Float32Array(100).fill(5e-6);
  const { endSeconds } = await programConductances(chip, region, targets);

  const points = [];
  for (const age of [25, 250, 3600, 36_000, 86_400]) {
    await chip.waitUntil(endSeconds + age);
    const { siemens, chipSeconds } = await readConductances(chip, region, { averages: 5 });
    const mean = siemens.reduce((sum, one) => sum + one, 0) / siemens.length;
    points.push([Math.log(chipSeconds - endSeconds), Math.log(mean)]);
    console.log(`${String(age).padStart(6)} s  ${(1e6 * mean).toFixed(3)} µS`);
  }
  console.log(`G ~ t^-nu with nu = ${(-slopeOf(points)).toFixed(3)}`);
} finally {
  await chip.close();
  await emulator?.close();
}

/** Of the straight line through points by least squares. */
function slopeOf(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([x]) => x), mean(([, y]) => y)];
  return mean((point) => (point[0] - x) * (point[1] - y)) / mean((point) => (point[0] - x) ** 2);
}
