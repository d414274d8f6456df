import { describe, expect, test } from "vitest";
import { decodeResponse, type Operation } from "../../firmware-protocol/operation/operation.ts";
import { readRegion } from "../../firmware-protocol/operation/read-region.ts";
import { trueConductance } from "../../firmware-protocol/operation/true-conductance.ts";
import { trueWear } from "../../firmware-protocol/operation/true-wear.ts";
import { createCrossbar } from "../../mocks/array/crossbar.ts";
import { builtinProfile } from "../../mocks/array/profile.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { bytesOf } from "../../src/core/bytes.ts";
import { askOn, benchOf } from "./bench.ts";
import { fakeArray, mvmDescriptor } from "./fake-array.ts";

describe("reference resistors", () => {
  const resistors = "2,0,0,1,1";

  test("are read like devices", () => {
    const { ask, array } = benchOf(fakeArray(mvmDescriptor));
    expect(ask(`ARR:READ? ${resistors},1,0.2`)).toBe("0,0,0,300,0,#12\x01\x00");
    expect(array.reads.map(({ region }) => region.array)).toEqual([2]);
  });

  test.each([
    ["a pulse", `ARR:PULS? 1,${resistors},50,0,#11\x01,#12\x64\x00`],
    ["a pulse for none of them", `ARR:PULS? 1,${resistors},50,0,#11\x00,#10`],
    ["a train", `ARR:TRA? 1,${resistors},#11\x01,100,50,0`],
  ])("take no pulses: %s is refused", (_, message) => {
    const { ask, array, errors } = benchOf(fakeArray(mvmDescriptor));
    expect(ask(message)).toMatch(/^-222,.*reference resistors/);
    expect(errors()).toEqual([-222]);
    expect(array.trains).toEqual([]);
    expect(ask("SYST:OPER:LAST?")).toBe("0,1,0");
  });
});

function replyTo<Request, Reply>(operation: Operation<Request, Reply>, answer: string): Reply {
  const outcome = decodeResponse(operation, bytesOf(answer));
  if (!outcome.ok) throw new Error(`refused: ${outcome.error}, ${outcome.text}`);
  return outcome.reply;
}

describe("the reference resistors of an emulated chip", () => {
  const array = createCrossbar(builtinProfile("fusion-1m"), 5);
  const line = new Firmware(array, 1).openLine();
  const index = array.descriptor.arrays.findIndex(({ referenceSiemens }) => referenceSiemens !== undefined);
  const nominal = array.descriptor.arrays[index]?.referenceSiemens ?? [];
  const columns = 16;
  const region = `${index},0,0,${nominal.length},${columns}`;

  test("have known conductances that do not drift, and no wear", () => {
    const { siemens } = replyTo(trueConductance, askOn(line, `EMUL:TRUT? ${region}`));
    expect(siemens.length).toBe(nominal.length * columns);
    siemens.forEach((value, n) => {
      const known = nominal[Math.floor(n / columns)] ?? Number.NaN;
      expect(Math.abs(value - known)).toBeLessThanOrEqual(0.1 * known);
    });
    askOn(line, "EMUL:TIME? 86400");
    expect(replyTo(trueConductance, askOn(line, `EMUL:TRUT? ${region}`)).siemens).toEqual(siemens);
    expect([...replyTo(trueWear, askOn(line, `EMUL:WEAR? ${region}`)).pulses]).toEqual(
      new Array(siemens.length).fill(0),
    );
  });

  test("read as what they are, up to the errors of the converters", () => {
    const { read } = array.descriptor;
    const codesPerSiemens = (2 ** read.adcBits - 1) / read.fullScaleSiemens;
    const { codeSums } = replyTo(readRegion, askOn(line, `ARR:READ? ${region},16,0.2`));
    nominal.forEach((known, row) => {
      const sums = codeSums.subarray(row * columns, (row + 1) * columns);
      const mean = sums.reduce((a, b) => a + b, 0) / columns / 16;
      expect(Math.abs(mean - known * codesPerSiemens)).toBeLessThan(0.1 * known * codesPerSiemens + 3);
    });
  });
});
