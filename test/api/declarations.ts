/** The public API as text: what `src/index.ts` exports, each with the declaration that the compiler wrote for it. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

interface Exported {
  readonly name: string;
  /** The file of declarations that it is exported from. */
  readonly file: string;
}

/** @param root of the compiled project. */
export function publicApi(root: string): string {
  const exported = exportsOf(join(root, "src/index.d.ts")).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return `${exported.map((one) => declarationOf(one)).join("\n\n")}\n`;
}

/** `export { type A, b } from "./c.js"`. */
const exportsOf = (file: string): Exported[] =>
  namesOf(file, /^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm);

/** What is imported may be exported again without saying from where. */
const importsOf = (file: string): Exported[] =>
  namesOf(file, /^import (?:type )?\{([^}]*)\} from "([^"]+)";/gm);

function namesOf(file: string, pattern: RegExp): Exported[] {
  return [...readFileSync(file, "utf8").matchAll(pattern)].flatMap(([, names = "", from = ""]) =>
    names
      .split(",")
      .map((name) => name.replace(/^\s*(type )?/, "").trim())
      .filter((name) => name !== "")
      .map((name) => ({ name, file: declarationsAt(dirname(file), from) })),
  );
}

const declarationsAt = (folder: string, from: string): string =>
  resolve(folder, from.replace(/\.(js|ts)$/, ".d.ts"));

/** @throws Error when the compiler wrote none. */
function declarationOf({ name, file }: Exported): string {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const start = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:function|class|const|interface|type) ${name}\\b`,
    "m",
  ).exec(text);
  if (start !== null) return withoutComments(text.slice(start.index, endOf(text, start.index)));
  const passedOn = [...exportsOf(file), ...importsOf(file)].find((one) => one.name === name);
  if (passedOn !== undefined) return declarationOf(passedOn);
  throw new Error(`no declaration of ${name} in ${file}`);
}

/** Behind the semicolon, or the brace, that ends the declaration, or the last of its overloads. */
function endOf(text: string, start: number): number {
  let depth = 0;
  const isBlock = /^export (?:declare )?(?:abstract )?(?:class|interface) /.test(text.slice(start));
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (text.startsWith("/*", at)) {
      at = text.indexOf("*/", at) + 1;
      continue;
    }
    if ("{([".includes(character)) depth++;
    if ("})]".includes(character)) depth--;
    if (depth === 0 && (isBlock ? character === "}" : character === ";")) return at + 1;
  }
  return text.length;
}

const withoutComments = (text: string): string =>
  text.replace(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, "").replace(/\n+/g, "\n");
