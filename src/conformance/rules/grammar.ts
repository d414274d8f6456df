/** SPEC.md, 3.1 and 3.4: the grammar of messages. */

import { scripted } from "../asking.ts";
import { like } from "../expectation.ts";
import type { Rule } from "../rule.ts";
import { answered, faulty, operationComplete, refused, silent, withBarrier } from "../step.ts";

const noError = like(/^0, *"[^"]*"$/, '0,"No error"');

export const grammarRules: readonly Rule[] = [
  scripted("grammar.line-end", "3.1", "ends a message at LF, and at CR LF", ({ identification }) => [
    withBarrier(answered("*IDN?", identification), operationComplete),
    withBarrier(answered("*IDN?\r", identification), operationComplete),
    withBarrier(answered("\n*IDN?", identification), operationComplete),
  ]),
  scripted("grammar.empty-message", "3.1", "takes an empty message and does nothing", () => [
    silent("\n\r\n "),
  ]),
  scripted("grammar.letter-case", "3.1", "takes letters in either case", ({ identification }) => [
    withBarrier(answered("  *idn?  ", identification), operationComplete),
    answered("syst:err?", noError),
    answered("SysTem:ErrOR:cOUnT?", "0"),
  ]),
  scripted(
    "grammar.space",
    "3.1",
    "takes space, bytes 0x01 to 0x20, at the ends of units and around commas and semicolons",
    (board) => [
      answered("\t*ESE \x01\x1f 4 ;\x02*ESE? ", "4"),
      refused(
        `ARR:READ?\t${board.descriptor.arrays.length} ,\x010 , 0,1\t, 1,1 ,\x20${board.descriptor.read.minVolts} `,
        -222,
      ),
    ],
  ),
  scripted(
    "grammar.short-and-long",
    "3.1",
    "takes the short and the long form of each node, and leaves out what is in brackets",
    () => [
      answered(
        "SYSTem:ERRor?\nSYSTEM:ERROR?\nSYST:ERROR?\nSYSTem:ERR:NEXT?",
        noError,
        noError,
        noError,
        noError,
      ),
    ],
  ),
  scripted("grammar.abbreviation", "3.1", "knows nothing between the short and the long form", () => [
    faulty("SYSTE:ERR?", [-113]),
    faulty("SYST:ERRO?", [-113]),
    faulty("CHI:TIME?", [-113]),
  ]),
  scripted("grammar.path", "3.1", "continues a header without colon where the one before stood", () => [
    answered(":SYST:ERR:NEXT?;COUN?", like(/^0, *"[^"]*";0$/, '0,"No error";0')),
    faulty("SYST:ERR:COUN?;SYST:ERR:COUN?", ["any"], "0"),
    answered("SYST:ERR:COUN?;:SYST:ERR:COUN?", "0;0"),
  ]),
  scripted("grammar.path-common", "3.1", "keeps the path over a common command", () => [
    answered("SYST:ERR:COUN?;*OPC?;NEXT?", like(/^0;1;0, *"[^"]*"$/, '0;1;0,"No error"')),
  ]),
  scripted("grammar.path-root", "3.1", "begins each message at the root", () => [
    faulty("SYST:ERR:COUN?\nCOUN?", ["any"], "0"),
  ]),
  scripted(
    "grammar.last-semicolon",
    "3.1",
    "takes a semicolon at the end of a message, and no empty unit elsewhere",
    () => [answered("*OPC?;", "1"), faulty("*OPC?;;*OPC?", [-102])],
  ),
  scripted("grammar.number-forms", "3.1", "takes numbers with sign, fraction and exponent", () => [
    answered("*ESE +3.2E1;*ESE?;*ESE .4e2;*ESE?", "32;40"),
    answered("*ESE 7.;*ESE?;*ESE 0800E-2;*ESE?", "7;8"),
  ]),
  scripted("grammar.no-number", "3.1", "refuses what is neither number, word, string nor block", () => [
    faulty("*ESE .", [-102]),
    faulty("*ESE 1.2.3", [-102]),
    faulty("*ESE 3 4", [-102]),
    faulty("*ESE \xb5", [-102]),
  ]),
  scripted("grammar.comma", "3.1", "wants a parameter on both sides of a comma", () => [
    faulty("*ESE 1,", [-102]),
    faulty("*ESE ,1", [-102]),
  ]),
  scripted("grammar.no-header", "3.1", "refuses what is no header", () => [
    faulty("4X", [-102]),
    faulty("*1?", [-102]),
    faulty("SYST::ERR?", [-102]),
    faulty("SYST:ERR??", [-102]),
  ]),
  scripted("grammar.whole-message", "3.1", "executes no unit of a message that breaks the grammar", () => [
    faulty("*OPC?;4X;*OPC?", [-102]),
    faulty('*ESE 5;*OPC?;BAD "x', [-102]),
    answered("*ESE?", "0"),
  ]),
  scripted(
    "grammar.string",
    "3.1",
    "takes strings with doubled quotes, and nothing in them as an end of a unit",
    () => [faulty('*ESE "a""b"', [-104]), faulty('*ESE "a;b,c #"', [-104]), answered("*OPC?", "1")],
  ),
  scripted("grammar.open-string", "3.2", "ends a message at LF even inside a string", () => [
    faulty('*ESE "1\n*OPC?', [-102], "1"),
  ]),
  scripted("grammar.word-for-number", "3.1", "refuses a word where a number is required", () => [
    faulty("*ESE ON", [-104]),
  ]),
  scripted(
    "grammar.fraction",
    "3.4",
    "refuses a fraction where an integer is required, and does not round it",
    () => [faulty("*ESE 1.5", [-104]), answered("*ESE?", "0")],
  ),
  scripted("grammar.non-decimal", "3.4", "refuses #H, #B and #Q, and understands the next message", () => [
    faulty("*ESE #H20\n*OPC?", [-161], "1"),
    faulty("*ESE #B10\n*OPC?", [-161], "1"),
  ]),
  scripted("grammar.single-quotes", "3.4", "refuses strings in single quotes", () => [
    faulty("*ESE 'x'", [-102]),
  ]),
  scripted("grammar.suffix", "3.4", "refuses units behind numbers, and MIN, MAX and DEF", () => [
    faulty("*ESE 32NS", [[-102, -104]]),
    faulty("*ESE MAX", [[-102, -104]]),
    answered("*ESE?", "0"),
  ]),
];
