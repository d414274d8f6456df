/** A config file to start from: options commented out, with what they do and their defaults. */

import type { Commands, DeclaredOption } from "./declared.ts";
import { distinct, sharedOptions } from "./shared.ts";

const head = `# Settings of pcmlab for this folder. Flags count before this file, and this file before defaults.
# Remove the "#" in front of a line to set it. \`pcmlab config show COMMAND\` says what a command takes from where.
# A relative path counts from the folder of this file.`;

const everyCommand = "# For every command that has the option:";

/** An option that has no default has an example here. */
type Usual = readonly (readonly [name: string, example?: number | string])[];

const usualOfAll: Usual = [
  ["chip", "/dev/ttyACM0"],
  ["store", "run.db"],
  ["reconnect"],
  ["ledger", "ledger"],
  ["max-pulses-per-cell", 100_000],
  ["envelope", "limits.json"],
  ["images", "test-images-idx3-ubyte.gz"],
  ["calibration-images", "train-images-idx3-ubyte.gz"],
  ["normalise"],
  ["augment", "crop4,flip"],
  ["compensation"],
];

/** By command, in the order of the work. */
const usualOfOne: readonly (readonly [command: string, options: Usual])[] = [
  ["calibrate", [["valid"]]],
  [
    "program",
    [
      ["network", "network.onnx"],
      ["algorithm"],
      ["gmax"],
      ["scale"],
      ["avoid", "bad-devices.csv"],
      ["verify-at", "5s,20s"],
    ],
  ],
  ["read", [["at", "25s,1h,1d"], ["averages"]]],
  [
    "campaign",
    [
      ["plan", "plan.toml"],
      ["hook", "./alarm.sh"],
      ["log", "campaign.jsonl"],
    ],
  ],
  ["report", [["output", "report.html"]]],
];

/** What most files set. */
export function configTemplate(commands: Commands): string {
  const shared = sharedOptions(commands);
  const tables = usualOfOne.map(([command, usual]) => [
    `[${command}]`,
    ...usualLines(usual, distinct(commands.get(command) ?? [])),
  ]);
  return document([
    [head, "# These are the usual ones; `pcmlab init --all --file all.toml` writes every one."],
    [everyCommand, ...usualLines(usualOfAll, shared)],
    ...tables,
  ]);
}

/** Every option that a file can set. */
export function fullTemplate(commands: Commands): string {
  const shared = sharedOptions(commands);
  const tables = [...commands].flatMap(([command, options]) => {
    const own = distinct(options).filter(({ name, describe }) => {
      const above = shared.find((option) => option.name === name);
      return above === undefined || above.describe !== describe;
    });
    return own.length === 0 ? [] : [[`[${command}]`, ...own.flatMap((option) => linesOf(option))]];
  });
  return document([[head], [everyCommand, ...shared.flatMap((option) => linesOf(option))], ...tables]);
}

const document = (parts: readonly (readonly string[])[]): string =>
  `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;

const usualLines = (usual: Usual, options: readonly DeclaredOption[]): string[] =>
  usual.flatMap(([name, example]) =>
    options.filter((option) => option.name === name).flatMap((option) => linesOf(option, example)),
  );

function linesOf(option: DeclaredOption, example?: number | string): string[] {
  const required = option.demandOption === true ? " (needed)" : "";
  const choices = option.choices === undefined ? "" : `; one of ${option.choices.join(", ")}`;
  return [
    "",
    `# ${option.describe ?? option.name}${choices}${required}`,
    `# ${option.name} = ${example === undefined ? shownValue(option) : JSON.stringify(example)}`,
  ];
}

/** The default, or what is put in its place and has to be changed. */
function shownValue({ default: standard, type, choices, array }: DeclaredOption): string {
  if (typeof standard === "number" || typeof standard === "boolean") return String(standard);
  if (typeof standard === "string") return JSON.stringify(standard);
  if (type === "boolean") return "false";
  const [first] = choices ?? [];
  const text = JSON.stringify(typeof first === "string" ? first : "…");
  return array === true ? `[${text}]` : text;
}
