/** Runs the commands of a page one after the other, by the built command line, as somebody who has the page beside two terminals. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { main } from "../system/command.ts";
import { isForShell, isServer, type ShellCommand } from "./shell-lines.ts";

const project = join(import.meta.dirname, "../..");

/** The ports of pages, of a simulated board and of the dashboard; they may be taken on the machine of the test. */
const shownPorts = ["7016", "8026"] as const;
const anyShownPort = new RegExp(`\\b(${shownPorts.join("|")})\\b`, "g");

interface Server {
  readonly text: string;
  stop(): Promise<void>;
}

export class DocumentShell {
  readonly #folder: string;
  readonly #ports: ReadonlyMap<string, number>;
  readonly #prelude: string[] = [];
  #servers: Server[] = [];

  private constructor(folder: string, ports: ReadonlyMap<string, number>) {
    this.#folder = folder;
    this.#ports = ports;
  }

  /** In a folder with what a clone has beside the code. */
  static async in(folder: string): Promise<DocumentShell> {
    const bin = join(folder, ".bin");
    await mkdir(bin);
    const script = `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(main)} "$@"\n`;
    await writeFile(join(bin, "pcmlab"), `#!/bin/sh\n${script}`);
    await writeFile(join(bin, "npx"), `#!/bin/sh\n[ "$1" = pcmlab ] || exit 127\nshift\n${script}`);
    for (const name of ["pcmlab", "npx"]) await chmod(join(bin, name), 0o755);
    for (const name of ["examples", "docs"]) await symlink(join(project, name), join(folder, name));
    const ports = await Promise.all(shownPorts.map(async (port) => [port, await freePort()] as const));
    return new DocumentShell(folder, new Map(ports));
  }

  /** What the command prints, on stdout and stderr. @throws Error when it fails, with what it printed. */
  async run(command: ShellCommand): Promise<string> {
    if (isForShell(command)) {
      this.#prelude.push(command.text);
      return "";
    }
    if (isServer(command)) return this.#serve(command.text.replace(/ &$/, ""));
    const child = this.#spawn(command.text);
    const printed = collected(child);
    const [exitCode] = await once(child, "close");
    if (exitCode !== 0) throw new Error(`\`${command.text}\` ended with ${exitCode}:\n${printed()}`);
    return printed();
  }

  /** Saves a file that a page shows, in the folder where its reader is by now. */
  async save(name: string, lines: readonly string[]): Promise<void> {
    await this.run({ text: `cat > ${name} <<'END OF FILE'\n${lines.join("\n")}\nEND OF FILE`, line: 0 });
  }

  /** The folder where a reader is by now. */
  async folder(): Promise<string> {
    return (await this.run({ text: "pwd -P", line: 0 })).trim();
  }

  /** Ctrl-C in every terminal. @throws Error when one of them had failed. */
  async close(): Promise<void> {
    const servers = this.#servers;
    this.#servers = [];
    for (const server of servers.reverse()) await server.stop();
  }

  /** A second emulator on the same port is one for which the first has been stopped. */
  async #serve(text: string): Promise<string> {
    const port = portOf(text);
    const earlier = this.#servers.find((server) => port !== undefined && portOf(server.text) === port);
    await earlier?.stop();
    const child = this.#spawn(text.includes("pcmlab dashboard ") ? `${text} --port 8026` : text);
    const printed = collected(child);
    const closed = once(child, "close");
    const stop = async (): Promise<void> => {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
      const [exitCode, signal] = await closed;
      // Programs other than pcmlab may just die of it.
      if (exitCode !== 0 && (signal !== "SIGINT" || text.includes("pcmlab ")))
        throw new Error(`\`${text}\` ended with ${exitCode}:\n${printed()}`);
    };
    const isReady = await Promise.race([
      once(child.stdout, "data").then(() => true),
      closed.then(() => false),
    ]);
    if (!isReady) throw new Error(`\`${text}\` ended at once:\n${printed()}`);
    this.#servers = [...this.#servers.filter((server) => server !== earlier), { text, stop }];
    return printed();
  }

  #withFreePorts(text: string): string {
    return text.replace(anyShownPort, (port) => String(this.#ports.get(port)));
  }

  #spawn(text: string) {
    const lines = ["set -e -o pipefail", ...this.#prelude, text].join("\n");
    return spawn("bash", ["-c", this.#withFreePorts(lines)], {
      cwd: this.#folder,
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, which a signal reaches as Ctrl-C does.
      detached: true,
      env: {
        ...process.env,
        PATH: `${join(this.#folder, ".bin")}:${process.env.PATH}`,
        PCMLAB_LEDGER: join(this.#folder, "ledger"),
      },
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await promisify(server.close.bind(server))();
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}

const portOf = (text: string): string | undefined => / --pty (\S+)/.exec(text)?.[1];

function collected(child: ReturnType<typeof spawn>): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      text += chunk;
    });
  return () => text;
}
