/** Where a campaign gets its board from: by its name, and once it was met, wherever it is plugged in now. */

import type { Lost } from "../../../drivers/chip/candidates.ts";
import { connectChip } from "../../../drivers/chip/connect.ts";
import { parseResource } from "../../../drivers/chip/resource.ts";
import { waitForBoard } from "../../../drivers/chip/wait-for-board.ts";
import { systemPorts } from "../../../drivers/serial/list-ports.ts";
import type { BoardSource } from "../../campaign/presence.ts";
import type { OpenedChip } from "../../chip/opened-chip.ts";
import { LabError } from "../../core/errors.ts";
import { LinkLog, type LinkReport } from "../actions/link-report.ts";
import { type BoardArguments, openBoard } from "../actions/open-board.ts";
import type { Context } from "../context.ts";

export class CampaignBoards implements BoardSource {
  readonly #args: BoardArguments;
  readonly #context: Context;
  readonly #links = new LinkLog();
  #heard: (text: string, isThere: boolean) => void = () => {};
  /** The line is lost, and looked for. */
  #isLost = false;
  #met: { readonly board: OpenedChip; readonly port: Lost["port"] } | undefined;
  #forget: () => void = () => {};

  constructor(args: BoardArguments, context: Context) {
    this.#args = args;
    this.#context = context;
  }

  /** What the reliable link did until now; undefined when none was used. */
  link(): LinkReport | undefined {
    return this.#links.report();
  }

  listen(heard: (text: string, isThere: boolean) => void): void {
    this.#heard = heard;
  }

  async open(): Promise<OpenedChip> {
    const name = await this.#nameNow();
    this.#forget();
    this.#isLost = false;
    const opening = openBoard({ ...this.#args, chip: name }, this.#context, {
      wrap: undefined,
      opened: (line) => this.#links.opened(line),
      notice: (text) => this.#noticed(text),
    });
    // Ctrl-C twice leaves it.
    this.#forget = this.#context.boards.add(name, opening);
    const board = await opening;
    this.#met ??= { board, port: await portOf(name).catch(() => undefined) };
    return board;
  }

  /** It is told once that the line is lost, and once that it is back. */
  #noticed(text: string): void {
    this.#isLost = !this.#isLost;
    this.#heard(text, !this.#isLost);
  }

  /** The name that a board which was met before answers under. @throws LabError PORT_MISSING while it answers nowhere. */
  async #nameNow(): Promise<string> {
    const { chip: name, baud, link = "auto", driver } = this.#args;
    const { timer, clock, prng, stop } = this.#context;
    if (this.#met === undefined || driver !== undefined) return name;
    const connect: Parameters<typeof waitForBoard>[3]["connect"] = (resource, { sought, signal }) =>
      connectChip(resource, {
        timer,
        baudRate: baud,
        sought,
        signal,
        link: { choice: link, clock, prng },
        wrap: undefined,
        opened: () => {},
      });
    const absent = new LabError("PORT_MISSING", `${name}: the board is not there`);
    // One round of attempts: the campaign has other things to look at.
    const search = { timer, clock, connect, ports: systemPorts, totalSeconds: 0 };
    const lost = { name: this.#lostName(name), port: this.#met.port };
    const found = await waitForBoard(lost, this.#met.board, absent, search, stop);
    await found.chip.close();
    return found.name;
  }

  /** A name that leaves the serial number of a USB board open fits any board; its full name does not. */
  #lostName(name: string): string {
    return parseResource(name).kind === "usb" ? (this.#met?.board.resource ?? name) : name;
  }
}

async function portOf(name: string): Promise<Lost["port"]> {
  const resource = parseResource(name);
  if (resource.kind !== "serial") return undefined;
  const path = await systemPorts.behind(resource.path);
  return (await systemPorts.list()).find((port) => port.path === path);
}
