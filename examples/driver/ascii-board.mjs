/**
 * A driver for a board that does not speak the pcmlab protocol: the one of simulator.mjs, at host:port.
 *
 *     pcmlab identify --driver ./examples/driver/ascii-board.mjs --chip 127.0.0.1:7016
 *
 * It implements the Chip port (src/chip/chip.ts) and leaves to pcmlab what is the same for every board: limits are checked before
 * it is called, its answers after it.
 */

import { connect } from "node:net";

/** What the data sheet says. */
const descriptor = (serialNumber) => ({
  protocol: "1.0",
  manufacturer: "Imaginary Instruments",
  model: "ASCII-16",
  serialNumber,
  firmware: "1",
  emulated: true,
  arrays: [{ name: "A", rows: 16, columns: 16 }],
  read: {
    adcBits: 10,
    fullScaleSiemens: 50e-6,
    minVolts: 0.1,
    maxVolts: 0.3,
    sampleSeconds: 2e-6,
    maxAverages: 16,
  },
  program: {
    dacBits: 10,
    fullScaleAmperes: 500e-6,
    maxAmperes: 500e-6,
    minWidthSeconds: 10e-9,
    maxWidthSeconds: 10e-6,
    maxTrailingSeconds: 0,
    maxSteps: 16,
  },
  maxCellsPerRequest: 256,
  features: [],
});

const answerSeconds = 5;

/** @type {import("pcmlab").OpenChip} */
export async function openChip(address, tools) {
  const line = await openLine(address, tools);
  const ask = async (message) => {
    const answer = await line.ask(message);
    if (answer.startsWith("ERR")) throw tools.failure("REFUSED", `${address} refused ${message}: ${answer}`);
    return answer;
  };
  let operations = 0;
  const now = async () => Number(await ask("T"));
  const hello = async () => (await ask("?")).split(" ");
  const [model, serialNumber] = await hello();
  if (model !== "ASCII-16") throw tools.failure("NOT_OURS", `${address} is no ASCII-16 but ${model}`);
  return {
    descriptor: descriptor(serialNumber),
    bootId: async () => Number((await hello())[2]),
    /** Every cell, every average a line; the board answers in order, so all of them are sent at once. */
    async read(region, options) {
      const firstSampleSeconds = await now();
      const millivolts = Math.round(options.readVolts * 1000);
      const cells = cellsOf(region).filter(({ index }) => options.mask?.[index] !== 0);
      const asked = cells.flatMap(({ index, row, column }) =>
        Array.from({ length: options.averages }, async () => {
          const [code, kelvin] = (await ask(`R ${row} ${column} ${millivolts}`)).split(" ").map(Number);
          return { index, code, kelvin };
        }),
      );
      const samples = await Promise.all(asked);
      const codeSums = new Uint16Array(region.rows * region.columns);
      for (const { index, code } of samples) codeSums[index] += code;
      return {
        ...options,
        region,
        codeSums,
        firstSampleSeconds,
        lastSampleSeconds: await now(),
        temperatureKelvin: samples.at(-1)?.kelvin ?? 300,
        saturatedCells: new Set(samples.filter(({ code }) => code === 1023).map(({ index }) => index)).size,
      };
    },
    /**
     * This board knows no operation ids, so they are only counted here: what was under way when the line is lost stays unknown,
     * and pcmlab stops.
     */
    async pulse(region, train) {
      const startSeconds = await now();
      const pulses = cellsOf(region).flatMap(({ index, row, column }) =>
        pulsesOf(train, index).map(({ code, widthSeconds }) =>
          ask(`P ${row} ${column} ${code} ${Math.round(widthSeconds * 1e9)}`),
        ),
      );
      await Promise.all(pulses);
      return {
        operationId: ++operations,
        certainty: "acknowledged",
        pulses: pulses.length,
        startSeconds,
        endSeconds: await now(),
      };
    },
    mvm: async () => {
      throw tools.failure("LIMIT", "this board multiplies nothing");
    },
    temperature: async () => Number((await ask("R 0 0 100")).split(" ")[1]),
    now,
    waitUntil: (chipSeconds, signal) => tools.sleepUntil(chipSeconds, now, signal),
    safeOff: async () => {
      await ask("OFF");
    },
    close: async () => line.close(),
  };
}

const cellsOf = ({ row, column, rows, columns }) =>
  Array.from({ length: rows * columns }, (_, index) => ({
    index,
    row: row + Math.floor(index / columns),
    column: column + (index % columns),
  }));

/** The pulses of one cell of a region. */
function pulsesOf(train, index) {
  if (train.kind === "shared")
    return train.mask[index] === 0
      ? []
      : train.steps.map(({ amplitudeCode, widthSeconds }) => ({ code: amplitudeCode, widthSeconds }));
  const code = train.amplitudeCodes[index];
  return code === 0 ? [] : [{ code, widthSeconds: train.shape.widthSeconds }];
}

/** Lines out, lines in, in the same order. A line that is lost, or an answer that does not come, ends it. */
async function openLine(address, { timer, failure }) {
  const [host, port] = address.split(":");
  const socket = connect({ host, port: Number(port), noDelay: true });
  const waiting = [];
  let unfinished = "";
  let ended;
  const end = (reason) => {
    ended ??= reason;
    socket.destroy();
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", (cause) =>
      reject(failure("PORT_MISSING", `no board at ${address}: ${cause.message}`)),
    );
  });
  socket.on("error", (cause) => end(failure("LINK_LOST", `${address}: ${cause.message}`)));
  socket.on("close", () => end(failure("LINK_LOST", `${address} closed the line`)));
  socket.on("data", (chunk) => {
    const lines = (unfinished + chunk).split("\n");
    unfinished = lines.pop();
    for (const line of lines) waiting.shift()?.resolve(line);
  });
  return {
    close: () => socket.destroy(),
    ask: (message) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        const cancel = timer.after(answerSeconds, () =>
          end(failure("NO_ANSWER", `${address} did not answer ${message} within ${answerSeconds} s`)),
        );
        const settle = (how) => (value) => {
          cancel();
          how(value);
        };
        waiting.push({ resolve: settle(resolve), reject: settle(reject) });
        socket.write(`${message}\n`);
      }),
  };
}
