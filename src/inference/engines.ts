/** Which engine computes the products of each layer. */

import { LabError } from "../core/errors.ts";

/**
 * digital: the weights of the file. readout: those that conductances stand for, multiplied on the host. chip: the array itself.
 */
export const engineNames = ["digital", "readout", "chip"] as const;
export type EngineName = (typeof engineNames)[number];

/**
 * The engine of each layer.
 * @param otherwise of layers that nothing is said of.
 * @param text NAME=ENGINE,..., a name may hold `*` for any characters; the last one that fits a layer counts.
 * @throws LabError USAGE for what is no engine, and for a name that no layer has.
 */
export function assignEngines(
  layers: readonly { readonly name: string }[],
  otherwise: EngineName,
  text: string | undefined,
): EngineName[] {
  const rules = text === undefined ? [] : text.split(",").map(ruleOf);
  for (const { pattern, fits } of rules) {
    if (layers.some(({ name }) => fits.test(name))) continue;
    throw new LabError("USAGE", `--layers: no layer of the network is called "${pattern}"`, {
      next: `its layers are ${layers.map(({ name }) => name).join(", ")}; * stands for any characters`,
    });
  }
  return layers.map(({ name }) => rules.findLast(({ fits }) => fits.test(name))?.engine ?? otherwise);
}

/** "chip", or "digital/chip" for layers on both, in this order. */
export const engineLabel = (engines: readonly EngineName[]): string =>
  engineNames.filter((name) => engines.includes(name)).join("/");

interface Rule {
  readonly pattern: string;
  readonly fits: RegExp;
  readonly engine: EngineName;
}

function ruleOf(text: string): Rule {
  const at = text.lastIndexOf("=");
  const pattern = text.slice(0, Math.max(0, at)).trim();
  const word = text.slice(at + 1).trim();
  const engine = engineNames.find((name) => name === word);
  if (engine === undefined || pattern === "")
    throw new LabError("USAGE", `--layers: "${text}" assigns no engine to a layer`, {
      next: `write NAME=ENGINE, with one of ${engineNames.join(", ")}: --layers 'stage0.*=digital,classifier=readout'`,
    });
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return { pattern, fits: new RegExp(`^${parts.join(".*")}$`), engine };
}
