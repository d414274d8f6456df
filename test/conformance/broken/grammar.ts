/** Firmwares that break the grammar. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import { bytesOf, textOfBytes } from "../../../src/core/bytes.ts";
import type { Fault } from "../boards.ts";
import { instead, over } from "../faults.ts";
import { type Broken, rewrites } from "./case.ts";

const afterPath: Fault = (line) => {
  let path = "";
  return over(line, (chunk) => {
    const text = textOfBytes(chunk).replace(/^COUN\?|\nCOUN\?/, (match) =>
      match.replace("COUN?", `${path}COUN?`),
    );
    if (text.includes("SYST:ERR:")) path = "SYST:ERR:";
    return line.receive(
      bytesOf(textOfBytes(chunk) === "SYST:ERR:COUN?\nCOUN?\n" ? "SYST:ERR:COUN?\nSYST:ERR:COUN?\n" : text),
    );
  });
};

export const grammarCases: readonly Broken[] = [
  rewrites(
    "keeps the CR of CR LF",
    /\r\n/g,
    "\x7f\n",
    "grammar.line-end",
    "grammar.empty-message",
    "blocks.cr-last",
  ),
  rewrites("reports an empty message", /^\n(?=[\r\n])/, "4X\n", "grammar.empty-message"),
  rewrites("knows capitals only", /^ *(\*idn|syst:err)/, "bogus", "grammar.letter-case"),
  rewrites("knows a space only as a blank", /^\t\*ESE \x01/, "*ESE _", "grammar.space"),
  rewrites("does not know long forms", /SYSTEM:ERROR/, "BOGUS", "grammar.short-and-long"),
  rewrites("takes any abbreviation", /SYSTE:ERR/, "SYST:ERR", "grammar.abbreviation"),
  rewrites("begins each unit at the root", /^(:SYST:ERR:NEXT\?;)COUN/, "$1:COUN", "grammar.path"),
  rewrites("loses the path at a common command", /(\*OPC\?;)NEXT/, "$1:NEXT", "grammar.path-common"),
  { name: "keeps the path from message to message", fault: afterPath, fails: ["grammar.path-root"] },
  rewrites("takes empty units", /;;/, ";", "grammar.last-semicolon"),
  rewrites("refuses a semicolon at the end", /\?;\n/, "?;;\n", "grammar.last-semicolon"),
  rewrites("knows no exponents", /3\.2E1/, "3.2_1", "grammar.number-forms"),
  rewrites("takes two numbers without a comma", /3 4/, "3", "grammar.no-number"),
  rewrites("ignores a comma at the end", /1,\n/, "1\n", "grammar.comma"),
  rewrites("takes doubled question marks", /\?\?/, "?", "grammar.no-header"),
  {
    name: "executes what stands before the fault",
    fault: instead((sent, run) =>
      sent.startsWith("*OPC?;4X") ? [...run("*OPC?\n"), ...run("4X\n")] : undefined,
    ),
    fails: ["grammar.whole-message"],
  },
  rewrites("ends a string at a doubled quote", /"a""b"/, '"a" "b"', "grammar.string"),
  rewrites("ends a unit at a semicolon inside a string", /"a;b,c #"/, '"a', "grammar.string"),
  rewrites("reads on over LF inside a string", /"1\n/, '"1', "grammar.open-string"),
  rewrites("takes words for numbers", /ON\n/, "1\n", "grammar.word-for-number"),
  rewrites("rounds fractions", /\*ESE 1\.5/, "*ESE 2", "grammar.fraction"),
  rewrites("knows hexadecimal numbers", /#H20/, "32", "grammar.non-decimal"),
  rewrites("knows single quotes", /'x'/, '"x"', "grammar.single-quotes"),
  rewrites("ignores units", /32NS/, "32", "grammar.suffix"),
];
