/** Firmwares with one fault each, and the rules that it breaks. */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: blocks hold any byte.

import type { ChipArray } from "../../mocks/firmware/chip-array.ts";
import { bytesOf, textOfBytes } from "../../src/core/bytes.ts";
import { exampleDescriptor, fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import type { Fault } from "./boards.ts";
import {
  answering,
  believingLengths,
  bigEndian,
  hearing,
  instead,
  over,
  readingLines,
  withBlock,
} from "./faults.ts";

export interface Broken {
  readonly name: string;
  readonly fault: Fault;
  /** The rules that must fail, and no others. */
  readonly fails: readonly string[];
  readonly array?: () => ChipArray;
}

const rewrites = (name: string, pattern: RegExp, replacement: string, ...fails: string[]): Broken => ({
  name,
  fault: hearing((text) => text.replace(pattern, replacement)),
  fails,
});
const answers = (
  name: string,
  change: (reply: string, sent: string) => string | undefined,
  ...fails: string[]
): Broken => ({
  name,
  fault: answering(change),
  fails,
});

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

export const blockCases: readonly Broken[] = [
  {
    name: "ends a message at an LF inside a block",
    fault: readingLines,
    fails: [
      "blocks.any-byte",
      "blocks.lf-inside",
      "blocks.cr-last",
      "blocks.for-a-number",
      "blocks.chopping",
      "limits.largest-message",
    ],
  },
  rewrites("translates CR LF", /\r\n/g, "\n", "blocks.any-byte", "blocks.cr-last"),
  rewrites("takes bytes for flow control", /[\x11\x13]/g, "", "blocks.any-byte"),
  rewrites("drops a CR that belongs to the block", /\n\r\n/, "\n\n", "blocks.cr-last"),
  rewrites("wants short lengths", /#3002/, "#Z", "blocks.length-digits"),
  rewrites(
    "takes an empty block for none",
    /,#10\n/,
    "\n",
    "blocks.empty",
    "masks.length",
    "pulses.blocks",
    "mvm.vectors",
  ),
  rewrites("takes an indefinite block", /#0\x01/, "#12ab", "blocks.indefinite"),
  rewrites("loses the message behind a malformed block", /(#Z12ab)\n/, "$1", "blocks.malformed"),
  rewrites("begins a block inside a string", /"#9999999999"/, "#9999999999", "blocks.none-in-a-string"),
  rewrites("takes a block for a number", /\*ESE #11\n/, "*ESE 1", "blocks.for-a-number"),
  rewrites("loses a # that comes alone", /^#$/, "", "blocks.chopping"),
];

export const limitCases: readonly Broken[] = [
  {
    name: "resumes behind the announced length",
    fault: believingLengths,
    fails: ["limits.announced-block", "status.event-bits"],
  },
  {
    name: "has too small a buffer",
    fault: hearing((text) =>
      text.length > 2000 ? "*ESE #9999999999\n*OPC?\n".slice(0, text.startsWith("X") ? 99 : 17) : text,
    ),
    fails: ["limits.largest-message"],
  },
  rewrites("loses the message behind an overrun", /^(X{2000,})\n/, "$1", "limits.overrun"),
  rewrites("executes 65 units", /(\*ESE 1;){64}\*ESE 1/, "*ESE 1", "limits.units"),
  rewrites("takes 32 units only", /^(\*OPC\?;){63}/, "4X", "limits.units"),
  answers(
    "reports 257 parameters as one too many",
    (reply) => reply.replace(/^-223,"Too much data/, '-108,"Parameter not allowed'),
    "limits.units",
    "limits.parameters",
    "trains.steps",
  ),
];

export const replyCases: readonly Broken[] = [
  {
    name: "says OK to commands",
    fault: instead((sent, run) => (sent === "*ESE 0\n" ? [...run(sent), "OK\n"] : undefined)),
    fails: ["replies.queries-only"],
  },
  answers(
    "joins responses with commas",
    (reply, sent) => (sent.startsWith("*OPC?;*STB?") ? reply.replace(";", ",") : reply),
    "replies.joined",
  ),
  answers("ends replies with CR LF", (reply) => `${reply}\r`, "replies.line-feed"),
  answers(
    "writes spaces behind commas",
    (reply) => reply.replace(/^(-?\d+),"/g, '$1, "'),
    "replies.separators",
    "errors.none",
  ),
  answers(
    "says OK when an operation is done",
    (reply, sent) => (sent === "CHIP:SAFE?\n" ? "OK" : reply),
    "replies.status",
    "safe.done",
  ),
  {
    name: "queues no refused operation",
    fault: instead((sent, run) => {
      if (!/^CHIP:/.test(sent)) return undefined;
      const replies = run(sent);
      if (replies[0]?.startsWith("-108")) run("SYST:ERR?\n");
      return replies;
    }),
    fails: ["replies.refusal", "time.parameters", "safe.parameters", "temperature.parameters"],
  },
  rewrites(
    "stops a message at a refused operation",
    /(\*ESE 5;:CHIP:TIME\? 1).*/,
    "$1",
    "replies.refusal-among-others",
  ),
  {
    name: "answers a query that it refuses",
    fault: instead((sent, run) => (sent === "*ESE? 1\n" ? [...run(sent), "0\n"] : undefined)),
    fails: ["replies.common-refused", "status.parameters"],
  },
];

const newestFirst: Fault = (line) => {
  const ask = (): string => textOfBytes(line.receive(bytesOf("SYST:ERR?\n"))[0] ?? bytesOf(""));
  const taken: string[] = [];
  return over(line, (chunk) => {
    if (textOfBytes(chunk) !== "SYST:ERR?\n") return line.receive(chunk);
    if (taken.length === 0) for (let error = ask(); !error.startsWith("0,"); error = ask()) taken.push(error);
    return [bytesOf(taken.pop() ?? '0,"No error"\n')];
  });
};

export const errorCases: readonly Broken[] = [
  { name: "gives the newest error first", fault: newestFirst, fails: ["errors.order", "errors.overflow"] },
  answers("says No errors", (reply) => reply.replace(/No error"/g, 'no errors"'), "errors.none"),
  {
    name: "gives an error twice",
    fault: hearing((text) => text.replace(/^BOGUS\nSYST:ERR\?\n/, "BOGUS\nBOGUS\nSYST:ERR?\n")),
    fails: ["errors.once"],
  },
  answers(
    "always counts 0 errors",
    (reply, sent) => (/COUN\?/.test(sent) && /^\d+$/.test(reply) ? "0" : reply),
    "errors.count",
    "errors.overflow",
  ),
  answers(
    "has no -350",
    (reply) => reply.replace(/^-350,"Queue overflow/, '-113,"Undefined header'),
    "errors.overflow",
  ),
  rewrites("has a queue of 16", /^(BOGUS\n){31}/, "BOGUS\n".repeat(15), "errors.overflow"),
  answers(
    "answers -100 for an undefined header",
    (reply) => reply.replace(/^-113,"Undefined header/, '-100,"Command error'),
    "grammar.abbreviation",
    "errors.undefined-header",
  ),
  answers(
    "has words of its own for -109",
    (reply) => reply.replace(/Missing parameter/g, "Parameter missing"),
    "errors.text",
  ),
  answers(
    "writes texts of 300 characters",
    (reply) => (reply.includes("AAAA") ? reply.replace(/A+/, "A".repeat(300)) : reply),
    "errors.text",
  ),
  rewrites(
    "clamps a mask to 255",
    /\*ESE (256|300)/g,
    "*ESE 255",
    "replies.common-refused",
    "errors.range",
    "status.event-bits",
  ),
  rewrites("ignores a parameter too many", /\*ESE 4,5/, "*ESE 4", "errors.too-many"),
  answers(
    "answers 0 to an unknown query",
    (reply, sent) => (sent.startsWith("*OPC?;BOGUS?") ? "1;0;1" : reply),
    "errors.undefined-header",
  ),
];

export const statusCases: readonly Broken[] = [
  answers(
    "has another model in *IDN?",
    (reply) => reply.replace("PCM-16,0042", "PCM-17,0042"),
    "status.identification",
  ),
  answers(
    "does not clear events when they are read",
    (reply, sent) => (/\*ESR\?;\*ESR\?/.test(sent) ? "32;32" : reply),
    "status.events-once",
  ),
  answers(
    "takes an overrun for an execution error",
    (reply, sent) => (/#9999999999\n\*ESR/.test(sent) ? "16" : reply),
    "status.event-bits",
  ),
  rewrites("ignores *OPC", /\*OPC;/, "", "status.operation-complete"),
  rewrites("clears the masks too", /BOGUS\n\*CLS\n/, "*CLS;*ESE 0;*SRE 0\n", "status.clear"),
  answers("keeps bit 64", (reply, sent) => (sent.startsWith("*SRE 255") ? "255" : reply), "status.masks"),
  answers(
    "has no summary bit",
    (reply) => reply.replace(/^100;/, "36;"),
    "status.byte",
    "status.byte-unchanged",
  ),
  answers(
    "clears the event when the status byte is read",
    (reply) => reply.replace("100;100;", "100;4;"),
    "status.byte-unchanged",
  ),
  rewrites("clears the queue at *RST", /\*RST/g, "*RST;*CLS", "status.reset"),

  answers(
    "passes the self-test in words",
    (reply, sent) => (sent === "*WAI;*TST?\n" ? "PASS" : reply),
    "status.self-test",
  ),
  answers("follows another SCPI", (reply) => reply.replace("1999.0", "1995.0"), "status.version"),
  rewrites(
    "ignores parameters of *CLS",
    /\*CLS 1/,
    "*CLS",
    "replies.refusal-among-others",
    "errors.order",
    "status.parameters",
    "status.wrong-clear",
  ),
  rewrites("ignores parameters of *IDN?", /\*IDN\? 1/, "*IDN?", "status.identification-parameters"),
];

const isRead = (sent: string): boolean => sent.startsWith("ARRay:READ?");
const fieldsOf = (reply: string): string[] => reply.split(",");
/** Changes the numbers before the block of a reply to a read that was done. */
const readFields =
  (change: (fields: string[]) => string[]) =>
  (reply: string, sent: string): string => {
    if (!isRead(sent) || !reply.startsWith("0,")) return reply;
    const head = reply.slice(0, reply.indexOf("#"));
    return `${change(fieldsOf(head.slice(0, -1))).join(",")},${reply.slice(head.length)}`;
  };

export const descriptorCases: readonly Broken[] = [
  answers(
    "has a converter of 99 bits",
    (reply) => withBlock(reply, (json) => json.replace('"adcBits":8', '"adcBits":99')),
    "descriptor.schema",
  ),
  answers(
    "speaks protocol 2.0",
    (reply) => withBlock(reply, (json) => json.replace('"protocol":"1.0"', '"protocol":"2.0"')),
    "versions.protocol",
  ),
  answers(
    "writes UTF-8 into its descriptor",
    (reply, sent) =>
      sent.startsWith("SYSTem:DESC") ? withBlock(reply, (json) => json.replace('"G+"', '"\xc3\xa9"')) : reply,
    "descriptor.ascii",
  ),
  {
    name: "counts in its descriptor",
    fault: (() => {
      let count = 0;
      return answering((reply, sent) =>
        sent.startsWith("SYSTem:DESC")
          ? withBlock(reply, (json) => json.replace("{", `{"asked":${++count},`))
          : reply,
      );
    })(),
    fails: ["descriptor.constant"],
  },
  rewrites("ignores parameters of SYST:DESC?", /DESC\? 1/, "DESC?", "descriptor.parameters"),
];

export const regionCases: readonly Broken[] = [
  rewrites(
    "reads the last row in the place of one beyond",
    /^(ARRay:READ\? 1),4,3,1,1/,
    "$1,3,3,1,1",
    "regions.outside",
  ),
  rewrites("reads a row in the place of none", /^(ARRay:READ\? 1,3,3),0,1/, "$1,1,1", "regions.outside"),
  rewrites("takes a fraction of a row", /^(ARRay:READ\? 1,3)\.5/, "$1", "regions.fraction"),
  {
    name: "reads more cells than it says",
    fault: answering((reply, sent) =>
      sent.startsWith("SYSTem:DESC")
        ? withBlock(reply, (json) => json.replace('"maxCellsPerRequest":16', '"maxCellsPerRequest":8'))
        : reply,
    ),
    fails: ["regions.too-many-cells"],
  },
  answers(
    "forgets the last cell of a rectangle",
    (reply, sent) =>
      /^ARRay:READ\? \d,\d,\d,2,2/.test(sent) ? withBlock(reply, (codes) => codes.slice(0, -2)) : reply,
    "regions.rectangle",
  ),
  answers(
    "forgets the last cell of 16",
    (reply, sent) =>
      /^ARRay:READ\? \d,0,0,4,4/.test(sent) ? withBlock(reply, (codes) => codes.slice(0, 30)) : reply,
    "regions.largest",
    "codes.little-endian",
    "codes.saturated",
    "time.read-stamps",
    "time.resolution",
  ),
  rewrites(
    "refuses the last cell of the references",
    /^(ARRay:READ\? 2,2,3)/,
    "ARRay:READ? 2,3,3",
    "regions.last-cell",
  ),
  {
    name: "counts mask bits from the top",
    fault: hearing((text) =>
      isRead(text)
        ? text.replace(
            /(,#1\d)([^]{1,2})\n$/,
            (_, header, mask) => `${header}${[...mask].map(reversedBits).join("")}\n`,
          )
        : text,
    ),
    fails: ["masks.order"],
  },
  rewrites("ignores mask bytes too many", /^(ARRay:READ\?.*),#12\0\0/, "$1,#11\0", "masks.length"),
  rewrites("takes a number for a mask", /^(ARRay:READ\? 1,3,3,1,1,1,0\.1),1\n/, "$1\n", "masks.kind"),
  answers(
    "writes codes most significant byte first",
    (reply, sent) => (/^ARRay:READ\? \d,0,0,4,4/.test(sent) ? bigEndian(reply) : reply),
    "regions.largest",
    "codes.little-endian",
    "codes.saturated",
    "time.read-stamps",
    "time.resolution",
  ),
  answers(
    "counts every cell as saturated",
    readFields(([status = "", first = "", last = "", kelvin = "", count = ""]) => [
      status,
      first,
      last,
      kelvin,
      count === "0" ? "1" : count,
    ]),
    "masks.order",
    "codes.saturated",
    "time.nothing-chosen",
  ),
];

const reversedBits = (character: string): string =>
  String.fromCharCode(
    Number.parseInt(character.charCodeAt(0).toString(2).padStart(8, "0").split("").reverse().join(""), 2),
  );

let backwards = 1e6;
const rounded = (text: string): string => String(Number(Number(text).toPrecision(4)));

export const timeCases: readonly Broken[] = [
  answers(
    "has a clock that runs backwards",
    (reply, sent) => (sent === "CHIP:TIME?\n" && reply.startsWith("0,") ? `0,${--backwards}` : reply),
    "status.reset",
    "time.forwards",
    "time.read-stamps",
    "mvm.stamps",
    "emulator.time-past",
    "emulator.time-forward",
    "connection.survived",
  ),
  answers(
    "stamps reads with another clock",
    readFields(([status = "", first, last, ...rest]) => [
      status,
      `${Number(first) + 100}`,
      `${Number(last) + 100}`,
      ...rest,
    ]),
    "time.read-stamps",
  ),
  answers(
    "stamps the end of the last sample when nothing was chosen",
    readFields(([status = "", first = "", last, ...rest]) => [
      status,
      first,
      first === last ? `${Number(last) + 1e-6}` : `${last}`,
      ...rest,
    ]),
    "time.nothing-chosen",
  ),
  answers(
    "rounds times to four digits",
    readFields(([status = "", first = "", last = "", ...rest]) => [
      status,
      rounded(first),
      rounded(last),
      ...rest,
    ]),
    "time.resolution",
  ),
  rewrites(
    "ignores parameters of CHIP:TIME?",
    /^CHIP:TIME\? 1/,
    "CHIP:TIME?",
    "replies.refusal",
    "time.parameters",
  ),
];

let boots = 5;

export const queryCases: readonly Broken[] = [
  answers(
    "answers another boot id each time",
    (reply, sent) => (/OPER.*LAST/.test(sent) ? reply.replace(/^0,\d+/, () => `0,${++boots}`) : reply),
    "status.reset",
    "record.constant",
    "once.connection",
    "connection.survived",
  ),
  answers(
    "has no last operation id",
    (reply, sent) => (sent === "SYSTem:OPERation:LAST?\n" ? reply.replace(/,\d+$/, "") : reply),
    "status.reset",
    "record.fields",
    "record.constant",
    "connection.survived",
    "power.up",
  ),
  answers(
    "adds a field to CHIP:SAFE?",
    (reply, sent) => (/^CHIP:SAFE\?\n/.test(sent) ? "0,0" : reply),
    "replies.status",
    "safe.done",
  ),
  answers(
    "answers degrees Celsius",
    (reply, sent) => (/^CHIP:TEMPerature\?\n/.test(sent) ? "0,26.85" : reply),
    "temperature.stamps",
  ),
  answers(
    "answers 0 K",
    (reply, sent) => (/^CHIP:TEMPerature\?\n/.test(sent) ? "0,0" : reply),
    "temperature.fields",
    "temperature.stamps",
  ),
  rewrites("ignores parameters of CHIP:TEMP?", /^CHIP:TEMP\? 1/, "CHIP:TEMP?", "temperature.parameters"),
  rewrites("ignores parameters of CHIP:SAFE?", /^CHIP:SAFE\? 1/, "CHIP:SAFE?", "safe.parameters"),
  rewrites("ignores parameters of the record", /^SYST:OPER:LAST\? 1/, "SYST:OPER:LAST?", "record.parameters"),
];

const oneRead = String.raw`^(ARRay:READ\? 1,3,3,1,1)`;

export const readCases: readonly Broken[] = [
  rewrites("takes no average for one", new RegExp(`${oneRead},0,`), "$1,1,", "read.averages-limits"),
  rewrites("clamps averages", new RegExp(`${oneRead},256,`), "$1,255,", "read.averages-limits"),
  rewrites("does not average", new RegExp(`${oneRead},255,`), "$1,1,", "time.resolution"),
  rewrites("clamps a voltage", new RegExp(`${oneRead},1,0\\.30\\d+`), "$1,1,0.3", "read.volts-limits"),
  rewrites("refuses its largest voltage", new RegExp(`${oneRead},1,0\\.3\\n`), "$1,1,0.4\n", "read.volts"),
  rewrites("has a voltage of its own", new RegExp(`${oneRead},1\\n`), "$1,1,0.2\n", "read.missing"),
  rewrites("takes a word for a voltage", /HIGH/, "0.3", "read.kind"),
  rewrites("ignores what stands behind the mask", /^(ARRay:READ.*,#11\x01),1\n/, "$1\n", "read.too-many"),
  answers(
    "adds a field to reads",
    readFields((fields) => (fields[4] === "0" ? [...fields, "0"] : fields)),
    "regions.last-cell",
    "regions.largest",
    "regions.rectangle",
    "masks.order",
    "codes.little-endian",
    "codes.saturated",
    "time.read-stamps",
    "time.nothing-chosen",
    "time.resolution",
    "temperature.stamps",
    "read.fields",
    "read.averages",
    "read.volts",
    "timing.pipelined-reads",
  ),
];

const pulse = String.raw`^(ARRay:PULSe\? \d+,1,3,3,1,1)`;

export const pulseCases: readonly Broken[] = [
  rewrites("clamps a code", /^(ARRay:PULSe\?[^#]*#11\x01,#12)\xcd\x0c/, "$1\xcc\x0c", "pulses.code-limits"),
  rewrites("takes code 0 for 1", /^(ARRay:PULSe\?.*#11\x01,#12)\0\0/, "$1\x01\0", "pulses.code-limits"),
  rewrites("clamps a width that is too short", new RegExp(`${pulse},9,`), "$1,10,", "pulses.shape-limits"),
  rewrites("clamps a trailing edge", new RegExp(`${pulse},10,10001,`), "$1,10,10000,", "pulses.shape-limits"),
  rewrites(
    "pulses the last row in the place of one beyond",
    /^(ARRay:PULSe\? \d+,1),4,3/,
    "$1,3,3",
    "pulses.region",
  ),
  rewrites("pulses reference resistors", /^(ARRay:PULSe\? \d+),2,0,0/, "$1,1,0,0", "pulses.region"),
  rewrites(
    "pulses the cells whose codes are right",
    /^(ARRay:PULSe\? \d+,1,3,2,1,2,10,0,#11)\x03,#14\xcd\x0c\x01\0\n/,
    "$1\x02,#12\x01\0\n",
    "pulses.all-or-nothing",
  ),
  rewrites(
    "ignores codes too many",
    /^(ARRay:PULSe\?.*#11\x01),#14\x01\0\x01\0/,
    "$1,#12\x01\0",
    "pulses.blocks",
  ),
  rewrites("takes id 0 for the next one", /^ARRay:PULSe\? 0,/, "ARRay:PULSe? 77,", "pulses.id-limits"),
  rewrites(
    "has steps of a kind of its own",
    /^(ARRay:TRAin\?.*#11\x01,1,10,0),1,10,0\n/,
    "$1\n",
    "trains.given",
  ),
  rewrites(
    "drops steps beyond maxSteps",
    /^(ARRay:TRAin\?.*#11\x01(?:,1,10,0){8}),1,10,0\n/,
    "$1\n",
    "trains.steps",
  ),
  rewrites("ignores part of a step", /^(ARRay:TRAin\?.*#11\x01,1,10,0),1\n/, "$1\n", "trains.missing"),
  rewrites(
    "clamps the width of a step",
    /^(ARRay:TRAin\?.*,1),10001,0\n/,
    "$1,10000,0\n",
    "trains.step-limits",
  ),
  {
    name: "pulses and refuses",
    fault: instead((sent, run) => {
      const match = /^(ARRay:PULSe\? \d+,1,3,3,1,1),10001,/.exec(sent);
      if (match === null) return undefined;
      run(sent.replace(match[0], `${match[1]},10000,`));
      run("SYST:ERR?\n");
      return run("ARR:READ? 9,0,0,1,1,1,0.1\n");
    }),
    fails: ["pulses.shape-limits", "once.refused-is-free"],
  },
];

const product = String.raw`^(ARRay:MVM\? 0,0,1,1,1)`;

export const mvmCases: readonly Broken[] = [
  rewrites("clamps inputs", new RegExp(`${product},#11\xc0`), "$1,#11\xc1", "mvm.input-limits"),
  rewrites("takes no vector for one", new RegExp(`${product},#10`), "$1,#11\0", "mvm.vectors"),
  rewrites(
    "takes one vector more",
    new RegExp(`${product},#19\0{9}`),
    "$1,#18\0\0\0\0\0\0\0\0",
    "mvm.vectors",
  ),
  rewrites("takes two phases for one", /^(ARRay:MVM\? 0,0,1,1),2,/, "$1,1,", "mvm.phases"),
  rewrites(
    "multiplies the last row in the place of one beyond",
    /^ARRay:MVM\? 4,0,1,1/,
    "ARRay:MVM? 3,0,1,1",
    "mvm.outside",
  ),
  rewrites(
    "drops a part of a vector",
    /^(ARRay:MVM\? 0,0,2,1,1),#13\0\0\0/,
    "$1,#12\0\0",
    "mvm.whole-vectors",
  ),
  rewrites("takes inputs as unsigned", new RegExp(`${product},#11\xc1`), "$1,#11\x3f", "mvm.sign"),
  rewrites("has no four phases", /^(ARRay:MVM\? 0,0,1,1),4,/, "$1,3,", "mvm.fields"),
  answers(
    "writes outputs most significant byte first",
    (reply, sent) => (sent.startsWith("ARRay:MVM?") ? bigEndian(reply) : reply),
    "mvm.fields",
    "mvm.rectangle",
    "mvm.sign",
    "mvm.largest-batch",
  ),
  answers(
    "stamps the end of the last vector",
    (reply, sent) =>
      /^ARRay:MVM\? 0,0,1,1,1,#11\0/.test(sent)
        ? reply.replace(/^0,([^,]+),([^,]+)/, (_, first, last) => `0,${first},${Number(last) + 1e-6}`)
        : reply,
    "mvm.stamps",
  ),
  rewrites(
    "has room for half a batch",
    /^ARRay:MVM\? 0,0,4,4,1,#232/,
    "ARRay:MVM? 0,0,4,5,1,#232",
    "mvm.largest-batch",
  ),
  {
    name: "answers -200 to MVM that it does not announce",
    array: () => fakeArray({ ...exampleDescriptor, emulated: true }),
    fault: answering((reply, sent) => (sent.startsWith("ARRay:MVM?") ? '-200,"Execution error"' : reply)),
    fails: ["mvm.absent"],
  },
];

const isPulse = /^ARRay:(PULSe|TRAin)\? (\d+),/;
/** Calls on with the operation id of each pulse request, and the one that was accepted last. */
const watchingIds = (
  act: (id: number, last: number, sent: string, run: (text: string) => string[]) => string[] | undefined,
): Fault => {
  let last = 0;
  return instead((sent, run) => {
    const id = Number(isPulse.exec(sent)?.[2] ?? 0);
    if (id === 0 || sent.indexOf("ARRay", 1) > 0) return undefined;
    const own = act(id, last, sent, run);
    const replies = own ?? run(sent);
    if (replies[0]?.startsWith("0,") && own === undefined) last = id;
    return replies;
  });
};

const withId = (sent: string, id: number): string => sent.replace(isPulse, `ARRay:$1? ${id},`);
const nothingThere = "ARR:READ? 9,0,0,1,1,1,0.1\n";
const recordRules = [
  "once.duplicate",
  "once.duplicate-at-once",
  "once.duplicate-changed",
  "once.smaller",
  "once.reset",
  "once.connection",
];

const worn = fakeArray(mvmDescriptor);
const wear = (): void => {
  const region = { array: 1, row: 3, column: 3, rows: 1, columns: 1 };
  worn.pulse(
    region,
    {
      kind: "per-cell",
      shape: { widthSeconds: 1e-8, trailingSeconds: 0 },
      amplitudeCodes: Uint16Array.of(1),
    },
    0,
  );
};

/** Says of ids that were refused that they were accepted. */
const countingRefused = (): Fault => {
  let largest = 0;
  return instead((sent, run) => {
    const id = Number(isPulse.exec(sent)?.[2] ?? 0);
    if (id > 0 && id < 1e6) largest = Math.max(largest, id);
    return /OPER.*LAST\?\n/.test(sent)
      ? run(sent).map((reply) => reply.replace(/\d+\n$/, `${largest}\n`))
      : undefined;
  });
};

/** Refuses the id of the record after this message. */
const forgettingAt = (message: RegExp): Fault => {
  let forgotten = false;
  const watched = watchingIds((id, last, _, run) => {
    if (forgotten && id === last) return run(nothingThere);
    forgotten = false;
    return undefined;
  });
  return (line, firmware) => {
    const inner = watched(line, firmware);
    return over(inner, (chunk) => {
      if (message.test(textOfBytes(chunk))) forgotten = true;
      return inner.receive(chunk);
    });
  };
};

/** Knows the ids of its own line only. */
const forgettingLines: Fault = (line, firmware) => {
  const seen = new Set<number>();
  return instead((sent, run) => {
    const id = Number(isPulse.exec(sent)?.[2] ?? 0);
    const strange = id > 0 && !seen.has(id);
    seen.add(id);
    const replies = run(sent);
    return strange && id === recordOfLines ? run(nothingThere) : (noteRecord(id, replies), replies);
  })(line, firmware);
};
let recordOfLines = 0;
const noteRecord = (id: number, replies: readonly string[]): void => {
  if (id > 0 && replies[0]?.startsWith("0,")) recordOfLines = id;
};

/** Gives the pulse of half a request when the line falls silent. */
const completing: Fault = (line) => {
  let text = "";
  return {
    receive(chunk) {
      text = textOfBytes(chunk);
      return line.receive(chunk);
    },
    get midMessage() {
      return line.midMessage;
    },
    silence() {
      line.silence();
      if (isPulse.test(text)) line.receive(bytesOf(`${text}\0\n`));
    },
  };
};

const deafToRepeats = (): Fault => {
  let before = "";
  return instead((sent) => {
    const repeated = isPulse.test(sent) && sent === before;
    before = sent;
    return repeated ? [] : undefined;
  });
};

export const atMostOnceCases: readonly Broken[] = [
  {
    name: "refuses a duplicate",
    fault: watchingIds((id, last, _, run) => (id === last ? run(nothingThere) : undefined)),
    fails: recordRules,
  },
  {
    name: "pulses again for a duplicate, and answers its record",
    array: () => worn,
    fault: watchingIds((id, last) => {
      if (id === last) wear();
      return undefined;
    }),
    fails: recordRules,
  },
  {
    name: "acts anew on a duplicate",
    fault: watchingIds((id, last, sent, run) =>
      id === last ? run(withId(sent, id + 1)).map((reply) => reply.replace(/^0,\d+/, `0,${id}`)) : undefined,
    ),
    fails: recordRules,
  },
  {
    name: "refuses a duplicate whose parameters differ",
    fault: (() => {
      let text = "";
      return watchingIds((id, last, sent, run) => {
        const changed = id === last && sent !== text;
        text = sent;
        return changed ? run(nothingThere) : undefined;
      });
    })(),
    fails: ["once.duplicate-changed"],
  },
  {
    name: "drops a request that is the same as the one before",
    fault: deafToRepeats(),
    fails: ["once.duplicate-at-once"],
  },
  {
    name: "acts on a smaller id",
    fault: watchingIds((id, last, sent, run) =>
      id < last ? run(withId(sent, last + 1)).map((reply) => reply.replace(/^0,\d+/, `0,${id}`)) : undefined,
    ),
    fails: ["once.smaller", "once.event-bit", "once.gap"],
  },
  answers(
    "answers -222 to a smaller id",
    (reply) => reply.replace(/^1001,"Operation id already used/, '-222,"Data out of range'),
    "once.smaller",
    "once.event-bit",
    "once.gap",
  ),
  answers(
    "takes 1001 for an execution error",
    (reply, sent) => (sent === "*ESR?\n" && reply === "8" ? "16" : reply),
    "once.event-bit",
  ),
  {
    name: "wants ids one after the other",
    fault: watchingIds((id, last, _, run) => (last > 0 && id > last + 1 ? run(nothingThere) : undefined)),
    fails: ["once.smaller", "once.event-bit", "once.gap"],
  },
  {
    name: "counts refused ids as accepted",
    fault: countingRefused(),
    fails: ["pulses.code-limits"],
  },
  { name: "forgets its record at *RST", fault: forgettingAt(/\*RST/), fails: ["once.reset"] },
  { name: "forgets its record with the connection", fault: forgettingLines, fails: ["once.connection"] },
  { name: "gives the pulse of half a request", fault: completing, fails: ["once.lost-half"] },
];

const fastLine =
  (seconds: number): Fault =>
  (line) =>
    Object.assign(
      over(line, (chunk) => line.receive(chunk)),
      { silenceSeconds: seconds },
    );

export const timingCases: readonly Broken[] = [
  {
    name: "waits for ever inside a message",
    fault: (line) => ({ receive: (chunk) => line.receive(chunk), midMessage: false, silence: () => {} }),
    fails: ["once.lost-half", "timing.silence-in-block", "timing.silence-in-text"],
  },
  { name: "gives a message up after 0.2 s", fault: fastLine(0.2), fails: ["timing.pause"] },
  {
    name: "says nothing of a message that it gave up",
    fault: (line) => ({
      receive: (chunk) => line.receive(chunk),
      get midMessage() {
        return line.midMessage;
      },
      silence() {
        line.silence();
        line.receive(bytesOf("SYST:ERR?\n"));
      },
    }),
    fails: ["once.lost-half", "timing.silence-in-block", "timing.silence-in-text"],
  },
  {
    name: "minds silence between messages",
    fault: (line) => ({
      receive: (chunk) => line.receive(chunk),
      midMessage: true,
      silence() {
        if (!line.midMessage) line.receive(bytesOf("X"));
        line.silence();
      },
    }),
    fails: ["timing.no-silence-between"],
  },
  rewrites(
    "drops the second of two messages that come at once",
    /^(\*ESE 1;\*ESE\?\n)\*ESE 2;\*ESE\?\n/,
    "$1",
    "timing.pipelining",
  ),
  {
    name: "drops what comes behind 16 messages",
    fault: hearing((text) =>
      text.startsWith("ARR")
        ? text
            .split("\n")
            .slice(0, 16)
            .join("\n")
            .replace(/([^\n])$/, "$1\n")
        : text,
    ),
    fails: ["timing.pipelined-reads"],
  },
  {
    name: "answers the second of two messages first",
    fault: hearing((text) => text.replace(/^(\*ESE 1;\*ESE\?\n)(\*ESE 2;\*ESE\?\n)/, "$2$1")),
    fails: ["timing.pipelining"],
  },
  answers(
    "does not answer its version",
    (reply, sent) => (sent === "SYST:VERS?\n" ? undefined : reply),
    "status.version",
    "timing.quick",
  ),
];

export const emulatorCases: readonly Broken[] = [
  {
    name: "is no emulator and knows its operations",
    array: () => fakeArray({ ...mvmDescriptor, emulated: false }),
    fault: (line) => line,
    fails: ["emulator.absent"],
  },
  answers(
    "goes back in time",
    (reply, sent) => (sent === "EMULator:TIME? 0\n" ? "0,0" : reply),
    "emulator.time-past",
  ),
  answers(
    "ignores the time that is asked for",
    (reply, sent) => (/^EMULator:TIME\? 0\./.test(sent) ? "0,0" : reply),
    "emulator.time-forward",
  ),
  rewrites("clamps times", /^EMUL:TIME\? -1/, "EMUL:TIME? 0", "emulator.time-limits"),
  rewrites("clamps temperatures", /^EMUL:TEMP\? 450.1/, "EMUL:TEMP? 450", "emulator.temperature-limits"),
  rewrites("cannot set its temperature", /^EMULator:TEMPerature/, "EMUL:BOGUS", "emulator.temperature"),
  {
    name: "sets temperatures without the feature",
    array: () => fakeArray({ ...mvmDescriptor, features: ["advance-time"] }),
    fault: answering((reply, sent) => (sent.startsWith("EMUL:TEMP?") ? "0,300" : reply)),
    fails: ["emulator.temperature-lacking"],
  },
  {
    name: "moves its clock without the feature",
    array: () => fakeArray({ ...mvmDescriptor, features: ["set-temperature"] }),
    fault: (line) => line,
    fails: ["emulator.time-lacking"],
  },
  answers(
    "writes the truth most significant byte first",
    (reply, sent) =>
      sent.startsWith("EMULator:TRUTh")
        ? withBlock(reply, (b) => b.replace(/([^])([^])([^])([^])/g, "$4$3$2$1"))
        : reply,
    "emulator.truth",
  ),
  answers(
    "counts wear in 16 bits",
    (reply, sent) =>
      /^EMULator:WEAR\? \d,0,0,1,3/.test(sent) ? withBlock(reply, (b) => b.slice(0, 6)) : reply,
    "emulator.wear",
  ),
  rewrites(
    "knows cells nowhere",
    /^EMULator:WEAR\? 3,0,0,2,8/,
    "EMULator:WEAR? 0,0,0,2,2",
    "emulator.outside",
  ),
];

const freshMasks: Fault = (line) => {
  line.receive(bytesOf("*ESE 0;*SRE 0\n"));
  return line;
};

export const connectionCases: readonly Broken[] = [
  { name: "forgets its masks with the connection", fault: freshMasks, fails: ["connection.survived"] },
  {
    name: "forgets its errors with the connection",
    fault: (line) => {
      line.receive(bytesOf("*CLS\n"));
      return line;
    },
    fails: ["connection.survived", "power.up"],
  },
  answers(
    "has the same boot id for ever",
    (reply, sent) => (/OPER.*LAST/.test(sent) ? reply.replace(/^0,\d+/, "0,42") : reply),
    "power.up",
  ),
];
