/** SPEC.md, 2: what belongs to the board and not to a connection, and a client that comes while another is there. */

import { chipTime } from "../../../firmware-protocol/operation/chip-time.ts";
import { lastOperation } from "../../../firmware-protocol/operation/last-operation.ts";
import { bytesOf, textOfBytes } from "../../core/bytes.ts";
import { LabError } from "../../core/errors.ts";
import { asked, demand } from "../asking.ts";
import type { Board } from "../board.ts";
import { legible } from "../legible.ts";
import type { Probe, Visit } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { answered, faulty, silent, take } from "../step.ts";

/** SPEC.md says it of TCP alone: a serial line has no second client, and USB refuses one by itself. */
const overTcp = {
  unless: ({ cable }: Board): string | undefined =>
    cable === "tcp" ? undefined : "this cable has one client",
};

const taken = /^BUSY,[\x20-\x2b\x2d-\x7e]+,0,0$/;
const expected = "the identification, or BUSY,<text>,0,0 and the end of the connection, or no connection";
const sent = "a second connection";

/** A board may take no second connection, leave it waiting, serve it, or say that it is taken and hang up. */
async function secondClient(probe: Probe): Promise<void> {
  let said: Visit;
  try {
    said = await probe.visit();
  } catch (thrown) {
    if (thrown instanceof LabError) return;
    throw thrown;
  }
  const lines = said.lines.map((line) => textOfBytes(line));
  const [line = "", ...more] = lines;
  const isWaiting = lines.length === 0 && !said.hungUp;
  const isServed = line === probe.board.identification && !said.hungUp;
  const isRefused = taken.test(line) && said.hungUp;
  const came = `${legible(bytesOf(lines.join("\n")))}${said.hungUp ? ", then the end of the connection" : ""}`;
  demand(more.length === 0 && (isWaiting || isServed || isRefused), sent, expected, came);
}

export const connectionRules: readonly Rule[] = [
  rule(
    "connection.survived",
    "2",
    "keeps error queue, status, clock and operation record over a new connection",
    async (probe) => {
      const before = { ...(await asked(probe, lastOperation)), ...(await asked(probe, chipTime)) };
      await take(probe, silent("*ESE 8;*SRE 4"));
      await probe.exchange(bytesOf("BOGUS\n"));
      await probe.reconnect();
      await take(probe, faulty("*ESE?;*SRE?", ["any"], "8;4"));
      const after = { ...(await asked(probe, lastOperation)), ...(await asked(probe, chipTime)) };
      const kept = after.bootId === before.bootId && after.lastOperationId === before.lastOperationId;
      demand(
        kept && after.chipSeconds >= before.chipSeconds,
        "a new connection",
        JSON.stringify(before),
        JSON.stringify(after),
      );
    },
  ),
  rule(
    "connection.busy",
    "2",
    "tells a second TCP client that it is taken in one line and hangs up, or serves it, or lets it wait",
    secondClient,
    overTcp,
  ),
  rule(
    "connection.undisturbed",
    "2",
    "goes on with its TCP client when a second one comes and goes",
    async (probe) => {
      await take(probe, silent("*ESE 9"));
      await probe.visit().catch((thrown: unknown) => {
        if (!(thrown instanceof LabError)) throw thrown;
      });
      await take(probe, answered("*ESE?", "9"));
    },
    overTcp,
  ),
];
