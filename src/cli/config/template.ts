/** A config file to start from: every option that a file can set, commented out, with what it does and its default. */

import type { Commands, DeclaredOption } from "./declared.ts";
import { distinct, sharedOptions } from "./shared.ts";

const head = `# Settings of pcmlab for this folder. Flags count before this file, and this file before defaults.
# Remove the "#" in front of a line to set it. \`pcmlab config show COMMAND\` says what a command takes from where.
# A relative path counts from the folder of this file.
`;

export function configTemplate(commands: Commands): string {
  const shared = sharedOptions(commands);
  const common = ["# For every command that has the option:", ...shared.flatMap(linesOf)].join("\n");
  const tables = [...commands].flatMap(([command, options]) => {
    const own = distinct(options).filter(({ name, describe }) => {
      const above = shared.find((option) => option.name === name);
      return above === undefined || above.describe !== describe;
    });
    return own.length === 0 ? [] : [[`[${command}]`, ...own.flatMap(linesOf)].join("\n")];
  });
  return `${[head, common, ...tables].join("\n")}\n`;
}

function linesOf(option: DeclaredOption): string[] {
  const required = option.demandOption === true ? " (needed)" : "";
  const choices = option.choices === undefined ? "" : `; one of ${option.choices.join(", ")}`;
  return [
    "",
    `# ${option.describe ?? option.name}${choices}${required}`,
    `# ${option.name} = ${shownValue(option)}`,
  ];
}

/** The default, or what is put in its place. */
function shownValue({ default: standard, type, takes, choices, array }: DeclaredOption): string {
  if (typeof standard === "number" || typeof standard === "boolean") return String(standard);
  if (typeof standard === "string") return JSON.stringify(standard);
  if (type === "boolean") return "false";
  if (takes === "whole number") return "0";
  const [first] = choices ?? [];
  const text = JSON.stringify(typeof first === "string" ? first : "…");
  return array === true ? `[${text}]` : text;
}
