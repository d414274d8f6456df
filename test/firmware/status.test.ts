import { describe, expect, test } from "vitest";
import { askOn, benchOf } from "./bench.ts";

describe("the error queue", () => {
  test("gives the oldest error first, each once", () => {
    const { ask } = benchOf();
    ask("FIRST");
    ask("*ESE");
    ask("*ESE 300");
    expect(ask("SYST:ERR:COUN?")).toBe("3");
    expect(ask("SYST:ERR?")).toBe('-113,"Undefined header;FIRST"');
    expect(ask("SYST:ERR?")).toBe('-109,"Missing parameter;mask is missing"');
    expect(ask("SYST:ERR?")).toBe('-222,"Data out of range;mask 300, allowed 0 to 255"');
    expect(ask("SYST:ERR?")).toBe('0,"No error"');
  });

  test("holds 32; beyond that its newest entry says so and older ones stay", () => {
    const { ask, errors } = benchOf();
    for (let n = 0; n < 31; n++) ask("BOGUS");
    ask("*ESE");
    ask("*ESE 300");
    ask("*ESE 300");
    expect(ask("SYST:ERR:COUN?")).toBe("32");
    expect(errors()).toEqual([...new Array(31).fill(-113), -350]);
  });

  test("is the board's, not the line's, and survives *RST", () => {
    const { firmware, ask } = benchOf();
    ask("BOGUS");
    ask("*RST");
    expect(askOn(firmware.openLine(), "SYST:ERR?")).toBe('-113,"Undefined header;BOGUS"');
    expect(ask("SYST:ERR:COUN?")).toBe("0");
  });
});

describe("the status registers", () => {
  test("tell the class of an error in the event register, once", () => {
    const { ask } = benchOf();
    expect(ask("*ESR?")).toBe("128");
    ask("BOGUS");
    expect(ask("*ESR?")).toBe("32");
    ask("*ESE 300");
    expect(ask("*ESR?")).toBe("16");
    expect(ask("*ESR?")).toBe("0");
  });

  test("sum up in the status byte what the masks let through", () => {
    const { ask } = benchOf();
    ask("*CLS");
    expect(ask("*STB?")).toBe("0");
    ask("BOGUS");
    expect(ask("*STB?")).toBe("4");
    ask("*ESE 32");
    expect(ask("*STB?")).toBe("36");
    ask("*SRE 32");
    expect(ask("*STB?;*STB?")).toBe("100;100");
    ask("*ESR?");
    expect(ask("*STB?")).toBe("4");
  });

  test("keep their masks through *CLS, which clears queue and events", () => {
    const { ask } = benchOf();
    ask("*ESE 8;*SRE 4;BOGUS;*OPC");
    ask("*CLS");
    expect(ask("*ESE?;*SRE?;*ESR?;*STB?;SYST:ERR:COUN?")).toBe("8;4;0;0;0");
  });

  test("note the completion of operations", () => {
    const { ask } = benchOf();
    ask("*CLS;*OPC");
    expect(ask("*ESR?;*OPC?")).toBe("1;1");
  });
});

describe("a command that is wrong", () => {
  test.each([
    "*CLS 1",
    "*ESE 1,2",
    "*SRE 1,2",
    "*OPC 1",
    "*IDN? 1",
    "*RST 1",
    "*ESR? 1",
    "SYST:ERR? 1",
    "SYST:VERS? 1",
  ])("%s is not answered, and does nothing but report -108", (message) => {
    const { ask, errors } = benchOf();
    ask("*CLS;*ESE 7;*SRE 7;BOGUS");
    expect(ask(message)).toBe("");
    expect(ask("*ESE?;*SRE?;:SYST:ERR:COUN?;*ESR?")).toBe("7;7;2;32");
    expect(errors()).toEqual([-113, -108]);
  });

  test("is -113 when its header is unknown, without an answer, and its neighbours run", () => {
    const { ask, errors } = benchOf();
    expect(ask("*OPC?;VOLT?;*OPC?")).toBe("1;1");
    expect(errors()).toEqual([-113]);
  });

  test("spoils its whole message when it breaks the grammar", () => {
    const { ask, errors } = benchOf();
    expect(ask('*ESE 5;*OPC?;BAD "x')).toBe("");
    expect(ask("*ESE?")).toBe("0");
    expect(errors()).toEqual([-102]);
  });
});
