/** SPEC.md, 6: status registers and common commands. */

import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { bytesOf } from "../../core/bytes.ts";
import { asked, demand, scripted } from "../asking.ts";
import { like } from "../expectation.ts";
import { legible } from "../legible.ts";
import { type Rule, rule } from "../rule.ts";
import { answered, faulty, operationComplete, silent, take, withBarrier } from "../step.ts";

const wordless = [
  "*CLS",
  "*RST",
  "*OPC",
  "*WAI",
  "*ESE?",
  "*ESR?",
  "*SRE?",
  "*STB?",
  "*OPC?",
  "*TST?",
  "SYST:ERR:COUN?",
  "SYST:VERS?",
];

export const statusRules: readonly Rule[] = [
  rule(
    "status.identification",
    "6",
    "answers *IDN? with manufacturer, model, serial number and firmware of the descriptor, printable and without quotes",
    async ({ board }) => {
      const { manufacturer, model, serialNumber, firmware } = board.descriptor;
      const fields = board.identification.split(",");
      const plain = /^[\x20\x21\x23-\x26\x28-\x7e]+$/.test(board.identification);
      const same = [manufacturer, model, serialNumber, firmware].every(
        (field, n) => field.includes(",") || fields[n] === field,
      );
      const expected = [manufacturer, model, serialNumber, firmware].join(",");
      demand(
        plain && fields.length === 4 && same,
        "*IDN?\n",
        expected,
        legible(bytesOf(board.identification)),
      );
    },
  ),
  scripted("status.identification-parameters", "6", "refuses parameters of *IDN?", () => [
    withBarrier(faulty("*IDN? 1", [-108]), operationComplete),
  ]),
  scripted("status.event-bits", "6", "tells the class of an error in the event register", () => [
    faulty("BOGUS\n*ESR?", ["any"], "32"),
    faulty("*ESE 300\n*ESR?", ["any"], "16"),
    faulty("*ESE #9999999999\n*ESR?", [-363], "8"),
    faulty("BOGUS\n*ESE 300\n*ESR?", ["any", "any"], "48"),
  ]),
  scripted("status.events-once", "6", "clears the event register when it is read", () => [
    faulty("BOGUS\n*ESR?;*ESR?", ["any"], "32;0"),
  ]),
  scripted("status.operation-complete", "6", "sets event bit 1 for *OPC, and answers 1 to *OPC?", () => [
    answered("*OPC;*ESR?;*OPC?", "1;1"),
    answered("*CLS;*OPC;*ESR?", "1"),
  ]),
  scripted("status.clear", "6", "clears error queue and event register at *CLS, and nothing else", () => [
    answered("BOGUS\n*CLS\n*ESR?;:SYST:ERR:COUN?", "0;0"),
    answered("*ESE 8;*SRE 4\nBOGUS\n*CLS\n*ESR?;:SYST:ERR:COUN?;*ESE?;*SRE?", "0;0;8;4"),
  ]),
  scripted("status.masks", "6", "keeps the masks of *ESE and *SRE, bit 64 of *SRE apart", () => [
    answered("*ESE 255;*ESE?;*ESE 0;*ESE?", "255;0"),
    answered("*SRE 255;*SRE?", "191"),
    answered("*SRE 0;*SRE?", "0"),
  ]),
  scripted("status.byte", "6", "sums up the error queue and the events that the masks let through", () => [
    answered("*STB?", "0"),
    faulty("*CLS;*ESE 32;*SRE 36;BOGUS\n*STB?;*ESE?;*SRE?", ["any"], "100;32;36"),
    answered("*CLS;*STB?", "0"),
    faulty("*ESE 0;*SRE 0;BOGUS\n*STB?", ["any"], "4"),
    faulty("*ESE 16;BOGUS\n*STB?", ["any"], "4"),
  ]),
  scripted("status.byte-unchanged", "6", "changes nothing when the status byte is read", () => [
    faulty("*ESE 32;*SRE 32;BOGUS\n*STB?;*STB?;*ESR?;*STB?", ["any"], "100;100;32;4"),
  ]),
  rule(
    "status.reset",
    "6",
    "keeps masks, errors, operation record and chip clock through *RST",
    async (probe) => {
      const before = { ...(await asked(probe, lastOperation)), ...(await asked(probe, chipTime)) };
      await take(probe, faulty("*ESE 8;*SRE 4\nBOGUS\n*RST\n*ESE?;*SRE?;*ESR?", ["any"], "8;4;32"));
      const after = { ...(await asked(probe, lastOperation)), ...(await asked(probe, chipTime)) };
      const kept = after.bootId === before.bootId && after.lastOperationId === before.lastOperationId;
      demand(
        kept && after.chipSeconds >= before.chipSeconds,
        "*RST\n",
        JSON.stringify(before),
        JSON.stringify(after),
      );
    },
  ),
  scripted("status.self-test", "6", "answers the self-test with a number", () => [
    answered("*RST;*WAI;*TST?", like(/^[+-]?\d+$/, "a number, 0 when passed")),
  ]),
  scripted("status.version", "6", "follows SCPI 1999.0", () => [answered("SYST:VERS?", "1999.0")]),
  scripted(
    "status.parameters",
    "6",
    "does nothing and answers nothing when a common command has wrong parameters",
    () => [
      silent("*ESE 7;*SRE 3"),
      ...wordless.map((command) => faulty(`${command} 1`, [-108])),
      faulty("*SRE", [-109]),
      faulty("*SRE 1,2", [-108]),
      answered("*ESE?;*SRE?", "7;3"),
    ],
  ),
  scripted("status.wrong-clear", "6", "clears nothing at a *CLS with a parameter", () => [
    faulty("BOGUS\n*CLS 1\n*ESR?", ["any", "any"], "32"),
  ]),
];
