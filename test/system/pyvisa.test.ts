/** The board speaks to instruments' software that is not ours: PyVISA with its pure Python backend, over both cables. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { emulator, folder } from "./command.ts";
import { python, pythonWithPyvisa } from "./python.ts";

const script = join(import.meta.dirname, "pyvisa_client.py");

const seenSchema = z.object({
  identification: z.string(),
  reads: z.array(z.object({ averages: z.number(), codeSums: z.array(z.number()) })),
  noError: z.string(),
  refused: z.string(),
  errors: z.array(z.string()),
  temperature: z.array(z.number()),
});

/** Resistors of the profile `tiny`, read with 8 bits for 0 to 50 µS, as the script does. */
const rowMicrosiemens = [0, 5, 10, 20, 40];
const columns = 64;
const codeOf = (microsiemens: number): number => (255 * microsiemens) / 50;

const interpreter = await pythonWithPyvisa();

function expectResistors(averages: number, codeSums: readonly number[]): void {
  expect(codeSums).toHaveLength(rowMicrosiemens.length * columns);
  for (const [row, microsiemens] of rowMicrosiemens.entries()) {
    const own = codeSums.slice(row * columns, (row + 1) * columns);
    const mean = own.reduce((sum, code) => sum + code, 0) / columns / averages;
    expect(Math.abs(mean - codeOf(microsiemens))).toBeLessThan(0.03 * codeOf(40));
  }
}

async function drives(resource: string): Promise<void> {
  const seen = seenSchema.parse(JSON.parse(await python(interpreter ?? "", [script, resource])));
  expect(seen.identification).toMatch(/^pcmlab,TINY,TINY-000001,/);
  for (const { averages, codeSums } of seen.reads) expectResistors(averages, codeSums);
  const bytes = new Set(
    seen.reads.flatMap(({ codeSums }) => codeSums.flatMap((code) => [code & 255, code >> 8])),
  );
  // LF, CR, XON and the # of a block, none of which may end or change anything within one.
  expect([...bytes]).toEqual(expect.arrayContaining([0x0a, 0x0d, 0x11, 0x23]));
  expect(seen.noError).toBe('0,"No error"');
  expect(seen.refused).toMatch(/^-222,"Data out of range;/);
  expect(seen.errors).toEqual([
    expect.stringMatching(/^-222,"Data out of range;/),
    expect.stringMatching(/^-113,"Undefined header;BOGUS/),
    '0,"No error"',
  ]);
  expect(seen.temperature).toEqual([0, 300]);
}

test.skipIf(interpreter === undefined)("PyVISA drives the board over TCP", async () => {
  const { tcpPort } = await emulator(["--profile", "tiny", "--tcp", "0"], await folder());
  await drives(`TCPIP0::127.0.0.1::${tcpPort}::SOCKET`);
});

test.skipIf(interpreter === undefined || process.platform === "win32")(
  "PyVISA drives the board over a serial port",
  async () => {
    const cwd = await folder();
    await emulator(["--profile", "tiny", "--pty", "./chip"], cwd);
    await drives(`ASRL${join(cwd, "chip")}::INSTR`);
  },
);
