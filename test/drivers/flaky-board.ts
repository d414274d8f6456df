/** A board in virtual time whose cable a script pulls at a chosen point of an exchange and puts back later, also elsewhere. */

import { openRemoteChip, type RemoteChip } from "../../drivers/chip/remote-chip.ts";
import { Inbox } from "../../drivers/transport/inbox.ts";
import type { Transport } from "../../drivers/transport/transport.ts";
import { followingClock } from "../../mocks/firmware/chip-clock.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { bytesOf, concatBytes, textOfBytes } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import { type FakeArray, fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import type { VirtualWorld } from "../simulation/virtual-world.ts";

/**
 * - `unheard`: the message does not arrive, and the line is lost.
 * - `unanswered`: it is executed, and the line is lost before the reply.
 * - `half-answered`: the line is lost within the reply.
 * - `all-unanswered`: it and what was sent right behind it are executed, no reply arrives.
 * - `ignored`: neither it nor anything after it arrives, and the line looks well.
 * - `garbled`: it is executed, noise arrives in place of the reply, and the line looks well.
 * - `late`: it arrives, from the old line, only after the board was asked on a new one.
 */
export type Trouble =
  | "unheard"
  | "unanswered"
  | "half-answered"
  | "all-unanswered"
  | "ignored"
  | "garbled"
  | "late";

export const troubles: readonly Trouble[] = [
  "unheard",
  "unanswered",
  "half-answered",
  "all-unanswered",
  "ignored",
  "garbled",
  "late",
];

const lineSeconds = 1e-3;
const openingMessages = 4;

export class FlakyBoard {
  readonly array: FakeArray;
  /** Names that were opened, in order. */
  readonly attempts: string[] = [];
  /** Messages that the board got, without their parameters, of all connections, the opening apart. */
  readonly heard: string[] = [];
  /** Where it is plugged in; undefined while it is not. */
  name: string | undefined = "here";
  /** Where it comes back after a trouble, and after how many seconds. */
  comesBack = { name: "here", afterSeconds: 3 };
  /** Whether a trouble costs it its power. */
  losesPower = false;
  /** What every attempt to open it meets. */
  refuses: LabError | undefined;
  /** How long an attempt to open it takes after the first one. */
  openingSeconds = 0;
  /** Connections that are open. */
  open = 0;
  /** Puts bytes on the newest connection that nobody asked for. */
  noise: () => void = () => {};
  /** Asked for every message after the opening, with its number from 0 over all connections. */
  script: (message: string, number: number) => Trouble | undefined = () => undefined;
  readonly #world: VirtualWorld;
  readonly #clocked: boolean;
  #firmware: Firmware;
  #bootId = 7;
  #sent = 0;
  #late: (() => void)[] = [];

  /** @param clocked its clock follows that of the world and cannot be moved. */
  constructor(world: VirtualWorld, clocked = false, descriptor = mvmDescriptor) {
    this.#world = world;
    this.#clocked = clocked;
    this.array = fakeArray(descriptor);
    this.#firmware = this.#powerUp();
  }

  restart(): void {
    this.#bootId++;
    this.#firmware = this.#powerUp();
  }

  async connect(name: string, sought?: string): Promise<RemoteChip> {
    this.attempts.push(name);
    if (this.refuses !== undefined) throw this.refuses;
    if (name !== this.name) throw new LabError("PORT_MISSING", `there is no port ${name}`);
    const transport = this.transport();
    if (sought !== undefined) await this.#world.pause(this.openingSeconds);
    return openRemoteChip(transport, this.#world, sought);
  }

  /** A new connection. */
  transport(): Transport {
    const inbox = new Inbox();
    this.open++;
    this.noise = () => inbox.bytes(bytesOf("#noise\n"));
    const line = this.#firmware.openLine();
    let opening = openingMessages;
    let deaf = false;
    let closed = false;
    let mute = false;
    const pull = (): void => {
      deaf = true;
      inbox.close(new LabError("LINK_LOST", "the cable was pulled"));
      this.#away();
    };
    const answer = (bytes: Uint8Array, share = 1): void => {
      const replies = concatBytes(line.receive(bytes));
      if (!mute) inbox.bytes(replies.slice(0, Math.ceil(replies.length * share)));
    };
    const arrive = (bytes: Uint8Array, trouble: Trouble | undefined): void => {
      if (trouble === "ignored") deaf = true;
      if (trouble === "late") this.#late.push(() => void line.receive(bytes));
      if (deaf) return;
      if (trouble === "garbled") {
        deaf = true;
        line.receive(bytes);
        inbox.bytes(bytesOf("#noise\n"));
        this.#away();
        return;
      }
      if (trouble === "all-unanswered") this.#world.after(2 * lineSeconds, pull);
      mute ||= trouble === "all-unanswered" || trouble === "unanswered";
      if (trouble !== "unheard" && trouble !== "late") answer(bytes, trouble === "half-answered" ? 0.5 : 1);
      if (trouble !== undefined && trouble !== "all-unanswered") pull();
    };
    return {
      name: this.name ?? "nowhere",
      listen: (listener) => inbox.listen(listener),
      write: async (bytes) => {
        if (inbox.closedBy !== undefined) throw inbox.closedBy;
        const message = textOfBytes(bytes).split(/[ \n]/)[0] ?? "";
        const trouble = opening-- > 0 ? undefined : this.script(message, this.#sent++);
        if (opening < 0) this.heard.push(message);
        this.#world.after(lineSeconds, () => arrive(bytes, trouble));
        if (opening === 0) this.#world.after(1.5 * lineSeconds, () => this.#arriveLate());
      },
      close: async () => {
        if (!closed) this.open--;
        closed = true;
        inbox.close(new LabError("LINK_LOST", "the transport was closed"));
      },
    };
  }

  #away(): void {
    this.name = undefined;
    if (this.losesPower) this.restart();
    const { name, afterSeconds } = this.comesBack;
    this.#world.after(afterSeconds, () => {
      this.name = name;
    });
  }

  #arriveLate(): void {
    for (const arrive of this.#late.splice(0)) arrive();
  }

  #powerUp(): Firmware {
    const poweredClock = this.#world;
    if (!this.#clocked) return new Firmware(this.array, this.#bootId, { poweredClock });
    return new Firmware(this.array, this.#bootId, { clock: followingClock(this.#world, 1), poweredClock });
  }
}
