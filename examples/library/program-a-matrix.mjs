/**
 * A matrix in the devices of a chip, and what comes back: node examples/library/program-a-matrix.mjs [ADDRESS]
 *
 * Without an address it starts an emulated chip. With one (`/dev/ttyACM0`, `host:port`, a VISA name) it pulses that chip.
 */

import { connect, programMatrix, readMatrix, startEmulator } from "pcmlab";

const [address] = process.argv.slice(2);
const emulator = address === undefined ? await startEmulator({ profile: "tiny", seed: 1 }) : undefined;
const chip = await connect(address ?? emulator?.address ?? "");
try {
  const [rows, columns] = [16, 10];
  const weights = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i));
  const programmed = await programMatrix(chip, { rows, columns, weights });
  const { weights: read, ageSeconds } = await readMatrix(chip, programmed, { ageSeconds: 25 });

  const squares = read.map((weight, i) => (weight - (weights[i] ?? 0)) ** 2);
  const error = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
  const { converged } = programmed.outcomes;
  console.log(`${converged} of ${2 * rows * columns} devices converged with ${programmed.pulses} pulses`);
  console.log(
    `rms error of a weight ${ageSeconds.toFixed(1)} s later: ${(100 * error).toFixed(2)} % of the largest`,
  );
} finally {
  await chip.close();
  await emulator?.close();
}
