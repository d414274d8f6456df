import { expect, test } from "vitest";
import { openRemoteChip } from "../../drivers/chip/remote-chip.ts";
import { measureCurrent } from "../../firmware-protocol/operation/measure-current.ts";
import { decodeResponse, requestMessage } from "../../firmware-protocol/operation/operation.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { inProcessTransport } from "../../mocks/host/in-process.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { bytesOfHex, hexOf, operationFile } from "../firmware-protocol/golden.ts";
import { benchOf } from "./bench.ts";
import { exampleDescriptor, fakeArray, mvmDescriptor } from "./fake-array.ts";

test("currents come in the order of the codes, and the chip clock goes on", () => {
  const bench = benchOf(fakeArray(mvmDescriptor));
  bench.ask("EMUL:TIME? 5");
  const dacCodes = Uint16Array.of(3276, 0, 10);
  const response = concatBytes(bench.line.receive(requestMessage(measureCurrent, { dacCodes })));
  const outcome = decodeResponse(measureCurrent, response.subarray(0, -1));
  expect(outcome).toEqual({
    ok: true,
    reply: { amperes: Float32Array.of(3276 * 2 ** -23, 0, 10 * 2 ** -23) },
  });
  expect(Number(bench.ask("CHIP:TIME?").split(",")[1])).toBeCloseTo(5.0003, 9);
  expect(bench.array.trains).toEqual([]);
});

test.each(operationFile("measure-current").vectors)(
  "the golden vector $name is what the firmware answers",
  (vector) => {
    const descriptor = vector.name === "no-ability" ? exampleDescriptor : mvmDescriptor;
    const { line } = benchOf(fakeArray(descriptor));
    expect(hexOf(concatBytes(line.receive(bytesOfHex(vector.requestHex))))).toBe(vector.replyHex);
    const queued = textOfBytes(concatBytes(line.receive(bytesOf("SYST:ERR?\n"))));
    expect(Number.parseInt(queued, 10)).toBe(vector.refusal?.error ?? 0);
  },
);

test("a host takes no other number of currents, and none that is no number", async () => {
  const answers = [Float32Array.of(1e-6), Float32Array.of(1e-6, Number.NaN), Float32Array.of(1e-6, 2e-6)];
  const array = {
    ...fakeArray(mvmDescriptor),
    measureCurrents: (_: Uint16Array, endSeconds: number) => ({
      amperes: answers.shift() ?? new Float32Array(),
      endSeconds,
    }),
  };
  const transport = inProcessTransport(new Firmware(array, 1).openLine());
  const chip = await openRemoteChip(transport, new VirtualTimer());
  const codes = Uint16Array.of(8, 16);
  await expect(chip.measureCurrents(codes)).rejects.toMatchObject({
    code: "BAD_REPLY",
    message: "emulator: sent 1 currents for 2 DAC codes",
  });
  await expect(chip.measureCurrents(codes)).rejects.toMatchObject({
    code: "BAD_REPLY",
    message: "emulator: sent a current that is no number for 2 DAC codes",
  });
  expect(await chip.measureCurrents(codes)).toEqual(Float32Array.of(1e-6, 2e-6));
  await expect(chip.measureCurrents(Uint16Array.of(3277))).rejects.toMatchObject({ code: "LIMIT" });
  await chip.close();
});
