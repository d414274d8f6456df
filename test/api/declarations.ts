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

/** Names of types that the public declarations mention and do not export. @param root of the compiled project. */
export function unexportedTypes(root: string): string[] {
  const exported = new Set(exportsOf(join(root, "src/index.d.ts")).map(({ name }) => name));
  // Literals, and what zod makes its schemas of: it is a dependency that users have.
  const text = publicApi(root).replace(/"[^"]*"|\bz\.[\w.]+/g, "");
  const named = new Set(text.match(/\b[A-Z]\w*[a-z]\w*\b/g));
  return [...named].filter((name) => !exported.has(name) && !isBuiltIn(name)).sort();
}

/** Utility types of the language are nothing at run time. */
const utilityTypes = ["Record", "Omit", "Pick", "Exclude", "Readonly", "ReadonlyMap"];
const isBuiltIn = (name: string): boolean => utilityTypes.includes(name) || name in globalThis;

/** Names of public functions, classes and values without a docstring. @param root of the compiled project. */
export function undocumented(root: string): string[] {
  return exportsOf(join(root, "src/index.d.ts"))
    .filter((one) => {
      const { text, start } = placeOf(one);
      const isValue = /^export (?:declare )?(?:function|class|const) /.test(text.slice(start));
      return isValue && !text.slice(0, start).trimEnd().endsWith("*/");
    })
    .map(({ name }) => name);
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

function declarationOf(one: Exported): string {
  const { text, start } = placeOf(one);
  return withoutComments(text.slice(start, endOf(text, start)));
}

interface Place {
  /** Of a whole file. */
  readonly text: string;
  readonly start: number;
}

/** @throws Error when the compiler wrote no declaration. */
function placeOf({ name, file }: Exported): Place {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const start = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:function|class|const|interface|type) ${name}\\b`,
    "m",
  ).exec(text);
  if (start !== null) return { text, start: start.index };
  const passedOn = [...exportsOf(file), ...importsOf(file)].find((one) => one.name === name);
  if (passedOn !== undefined) return placeOf(passedOn);
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
