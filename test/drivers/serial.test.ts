import { closeSync, constants, openSync, writeSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { connectChip } from "../../drivers/chip/connect.ts";
import { openSerial } from "../../drivers/serial/serial-transport.ts";
import { looksLikeIdentification } from "../../drivers/transport/identification.ts";
import { AnotherBoard } from "../../drivers/transport/sought-board.ts";
import { serveLinked } from "../../mocks/link/linked-line.ts";
import type { Timer } from "../../src/core/clock.ts";
import { systemClock, systemTimer } from "../../src/core/system-clock.ts";
import { benchOf } from "../firmware/bench.ts";
import { hostedPty } from "./hosted-pty.ts";
import { labError } from "./scripted-transport.ts";
import { until } from "./turns.ts";
import { VirtualTimer } from "./virtual-timer.ts";

/** Real time, but every wait of the protocol takes a fifth, on both ends of the line. */
const hastyTimer: Timer = { after: (seconds, call) => systemTimer.after(seconds / 5, call) };

const hosted = () => hostedPty(benchOf().firmware, hastyTimer);

function writeRaw(device: string, text: string): void {
  const port = openSync(device, constants.O_WRONLY | constants.O_NOCTTY);
  writeSync(port, Buffer.from(text, "latin1"));
  closeSync(port);
}

test.each([
  ["pcmlab,TINY,TINY-000001,1.0", true],
  ["a,b,c,", true],
  ["a,b,c", false],
  ["a,b,c,d,e", false],
  ['0,"No error"', false],
  ["a,b,c,\x00", false],
  ["", false],
])("%j looks like an identification: %s", (line, looks) => expect(looksLikeIdentification(line)).toBe(looks));

describe.skipIf(process.platform === "win32")("a board behind a pseudo-terminal", () => {
  const whole = { array: 0, row: 0, column: 0, rows: 4, columns: 4 };

  test("is greeted, read through every byte value of the codes, closed and opened again", async () => {
    const { path } = await hosted();
    for (let time = 0; time < 2; time++) {
      const chip = await connectChip(path, { timer: hastyTimer });
      for (const averages of [1, 5, 10, 13, 17, 255]) {
        const { codeSums } = await chip.read(whole, { averages, readVolts: 0.2 });
        expect([...codeSums]).toEqual(Array.from({ length: 16 }, (_, n) => (n + 1) * averages));
      }
      await chip.close();
    }
  });

  test("is heard again after a program that was killed in the middle of a block", async () => {
    const { device, path } = await hosted();
    writeRaw(device, "ARR:READ? 0,0,0,4,4,1,0.2,#3900abc\n");
    const chip = await connectChip(path, { timer: hastyTimer });
    expect(await chip.now()).toBe(0);
    await chip.close();
  });

  test.each([
    ["plain lines", {}],
    ["a link", { serve: serveLinked(systemClock) }],
  ])("and %s keeps no timer when it is closed within a message", async (_, options) => {
    const timer = new VirtualTimer();
    const host = await hostedPty(benchOf().firmware, timer, options);
    writeRaw(host.device, "ARR:READ? 0,0,0,4,4,1,0.2,#16");
    await until(() => timer.waiting > 0);
    await host.close();
    expect(timer.waiting).toBe(0);
  });

  test("that is not the one that is looked for is left alone", async () => {
    const { path } = await hosted();
    const opening = openSerial(path, { timer: hastyTimer, sought: "pcmlab,EXAMPLE,other,1.0" });
    await expect(opening).rejects.toBeInstanceOf(AnotherBoard);
    await (await openSerial(path, { timer: hastyTimer })).close();
  });

  test("can be opened once at a time, and again as soon as it is closed", async () => {
    const { path } = await hosted();
    const transport = await openSerial(path, { timer: hastyTimer });
    await expect(openSerial(path, { timer: hastyTimer })).rejects.toMatchObject(labError("PORT_BUSY"));
    await Promise.all([transport.close(), transport.close()]);
    const again = await openSerial(path, { timer: hastyTimer });
    void again.close();
    await again.close();
    await (await openSerial(path, { timer: hastyTimer })).close();
  });
});

test("a port that is not there is PORT_MISSING", async () => {
  await expect(openSerial("/nowhere/ttyACM9", { timer: hastyTimer })).rejects.toMatchObject(
    labError("PORT_MISSING"),
  );
});
