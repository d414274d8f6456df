/** SPEC.md, 10.16 to 10.18: the lock of the board. `*IDN?`, which stands behind every exchange of the kit, ends its session (K3). */

import { lockOwner } from "../../../firmware-protocol/operation/lock-owner.ts";
import { lockRelease } from "../../../firmware-protocol/operation/lock-release.ts";
import { lockRequest } from "../../../firmware-protocol/operation/lock-request.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { pulseCells } from "../../../firmware-protocol/operation/pulse-cells.ts";
import { safeOff } from "../../../firmware-protocol/operation/safe-off.ts";
import { lockFeature } from "../../chip/lock.ts";
import { programFeature } from "../../chip/on-board.ts";
import { concatBytes } from "../../core/bytes.ts";
import { asked, freshId, pulsed } from "../asking.ts";
import { type Board, pulseMessage, readMessage, trainMessage } from "../board.ts";
import { done, type Expectation, refusal } from "../expectation.ts";
import { kitOwners } from "../first-contact.ts";
import { Unchecked } from "../mismatch.ts";
import { demandNotOffered } from "../not-offered.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { answered, inBulk, refused, silent, take } from "../step.ts";
import { abortMessage, message as runMessage } from "../weak-run.ts";
import { refuseAll } from "./refusing.ts";

const offers = ({ descriptor }: Board, ...features: readonly string[]): string | undefined => {
  const missing = [lockFeature, ...features].find((feature) => !descriptor.features.includes(feature));
  return missing === undefined ? undefined : `it does not offer ${missing}`;
};
const offering = { unless: (board: Board) => offers(board) };
const pulsing = { ...offering, pulses: true };

const [mine, theirs] = kitOwners;
const lease = 60;

const request = (owner: string, leaseSeconds = lease): Uint8Array =>
  requestMessage(lockRequest, { owner, leaseSeconds });
const release = (owner: string): Uint8Array => requestMessage(lockRelease, { owner });
const owned = requestMessage(lockOwner, {});

const told = (holds: boolean, owner: string, mostSeconds = lease): Expectation =>
  done(
    lockOwner,
    `${holds ? 1 : 0},"${owner}",${mostSeconds === 0 ? 0 : `up to ${mostSeconds}`}`,
    (reply) => reply.holds === holds && reply.owner === owner && reply.secondsLeft <= mostSeconds,
  );
const held = told(true, mine);
const free = told(false, "", 0);
/** Whether it is right otherwise is for rules of its own. */
const allowed: Expectation = {
  what: "no refusal because of the lock",
  fits: (reply) => !refusal(1005).fits(reply),
};
const locked = answered(request(mine), held);

/** Whatever becomes of it, the lock is free afterwards. @throws Unchecked when another program has it. */
async function withLock(probe: Probe, act: () => Promise<unknown>): Promise<void> {
  const { owner } = await asked(probe, lockOwner);
  if (!["", ...kitOwners].includes(owner)) throw new Unchecked(`the chip is locked by ${owner}`);
  try {
    await act();
  } finally {
    await probe.exchange(concatBytes([release(mine), release(theirs)]));
    await probe.takeErrors();
  }
}

const locking = (
  id: string,
  section: string,
  must: string,
  check: (probe: Probe) => Promise<unknown>,
  kind: Parameters<typeof rule>[4] = offering,
): Rule => rule(id, section, must, (probe) => withLock(probe, () => check(probe)), kind);

export const lockRules: readonly Rule[] = [
  locking("lock.taken", "10.16", "grants a lock that is free, tells its owner, and frees it", (probe) =>
    take(
      probe,
      answered(concatBytes([request(mine), owned, release(mine), release(mine)]), held, held, free, free),
    ),
  ),
  locking("lock.others", "10.16", "keeps the lock from another owner, and says whose it is", (probe) =>
    take(
      probe,
      answered(
        concatBytes([request(mine), request(theirs), release(theirs), owned]),
        held,
        told(false, mine),
        held,
        held,
      ),
    ),
  ),
  locking("lock.session", "10.16", "K3: is held by the session that showed its owner last", async (probe) => {
    await take(probe, locked);
    await take(probe, answered(owned, told(false, mine)));
    await take(probe, answered(concatBytes([request(mine), owned]), held, held));
  }),
  locking("lock.lease", "10.16", "K2: begins a lease anew, and is free when it is over", async (probe) => {
    await take(
      probe,
      answered(concatBytes([request(mine), request(mine, 1), owned]), held, ...twice(told(true, mine, 1))),
    );
    await probe.rest("silence");
    await probe.takeErrors();
    await take(probe, answered(owned, free));
  }),
  locking("lock.limits", "10.16", "refuses owners and leases that there are not", (probe) =>
    take(
      probe,
      refused('SYST:LOCK:REQ? "",60', -222),
      refused(`SYST:LOCK:REQ? "${"x".repeat(65)}",60`, -222),
      refused('SYST:LOCK:REQ? "a\x7f",60', -222),
      refused(`SYST:LOCK:REQ? "${mine}",0.5`, -222),
      refused(`SYST:LOCK:REQ? "${mine}",86401`, -222),
      refused(`SYST:LOCK:REQ? "${mine}"`, -109),
      refused("SYST:LOCK:REQ? LAB,60", -104),
      refused("SYST:LOCK:OWN? 1", -108),
      refused("SYST:LOCK:REL?", -109),
    ),
  ),
  locking(
    "lock.forbids",
    "10.16",
    "K4: refuses pulses of a session that does not hold it, and leaves their id free",
    async (probe) => {
      await take(probe, locked);
      await refuseAll(probe, (board, id) => [
        [pulseMessage(board, id), 1005],
        [trainMessage(board, id), 1005],
      ]);
    },
    pulsing,
  ),
  locking(
    "lock.forbids-runs",
    "10.16",
    "K4: refuses a run of the board, too",
    async (probe) => {
      const id = await freshId(probe);
      try {
        await take(probe, locked, refused(runMessage(probe.board, id), 1005));
      } finally {
        await probe.exchange(concatBytes([release(mine), abortMessage(id)]));
        await probe.takeErrors();
      }
    },
    { pulses: true, unless: (board) => offers(board, programFeature) },
  ),
  locking(
    "lock.holder",
    "10.16",
    "K4: gives the pulses of its holder",
    async (probe) => {
      const id = await freshId(probe);
      probe.pulsesAsked += 1;
      const both = concatBytes([request(mine), pulseMessage(probe.board, id)]);
      const given = done(pulseCells, `operation id ${id}, 1 pulse`, (reply) => reply.operationId === id);
      await take(probe, inBulk(answered(both, held, given)));
    },
    pulsing,
  ),
  locking(
    "lock.record",
    "10.16",
    "K6: answers a message that comes again from its record, whoever holds the lock",
    async (probe) => {
      const id = await freshId(probe);
      const first = await pulsed(probe, id);
      const record = done(
        pulseCells,
        "the record",
        (reply) => reply.operationId === id && reply.startSeconds === first.startSeconds,
      );
      await take(probe, locked, inBulk(answered(pulseMessage(probe.board, id), record)));
    },
    pulsing,
  ),
  locking("lock.harmless", "10.16", "K5: lets everybody read, ask, and switch drives off", async (probe) => {
    await take(probe, locked);
    await take(
      probe,
      inBulk(answered(readMessage(probe.board), allowed)),
      answered(requestMessage(safeOff, {}), allowed),
      silent("*RST"),
      silent("*CLS"),
      answered(owned, told(false, mine)),
    );
  }),
  locking(
    "lock.emulator",
    "10.16",
    "K4: keeps its time where it is for a session that does not hold the lock",
    (probe) => take(probe, locked, refused("EMUL:TIME? 0", 1005)),
    { unless: (board) => offers(board, "advance-time") },
  ),
  rule(
    "lock.absent",
    "10.16",
    `refuses it with 1002, or does not know the headers, when it does not offer ${lockFeature}`,
    (probe) =>
      demandNotOffered(probe, [request(mine), owned, release(mine)]).finally(() =>
        probe.exchange(release(mine)),
      ),
    { unless: (board) => (offers(board) === undefined ? `it offers ${lockFeature}` : undefined) },
  ),
];

const twice = <T>(value: T): [T, T] => [value, value];

/** What becomes of a lock when the connection ends, or the power. */
export const lockEndRules: readonly Rule[] = [
  locking(
    "lock.connection",
    "10.16",
    "K1, K3: keeps the lock over a new connection, which does not hold it",
    async (probe) => {
      await take(probe, locked);
      await probe.reconnect();
      await take(probe, answered(owned, told(false, mine)), locked);
    },
  ),
  locking("lock.power", "10.16", "K1: is free after power-up", async (probe) => {
    await take(probe, locked);
    await probe.powerCycle();
    await take(probe, answered(owned, free));
  }),
];
