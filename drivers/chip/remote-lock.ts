/** The lock of a board over a SCPI session (SPEC.md, 10.16). */

import { lockOwner } from "../../firmware-protocol/operation/lock-owner.ts";
import { lockRelease } from "../../firmware-protocol/operation/lock-release.ts";
import { lockRequest } from "../../firmware-protocol/operation/lock-request.ts";
import type { LockReply } from "../../firmware-protocol/operation/lock-state.ts";
import type { ChipLock, LockState } from "../../src/chip/lock.ts";
import { perform } from "../instrument/perform.ts";
import type { Session } from "../instrument/session.ts";

export const remoteLock = (session: Session): ChipLock => ({
  request: async (owner, leaseSeconds) =>
    stateOf(await perform(session, lockRequest, { owner, leaseSeconds })),
  state: async () => stateOf(await perform(session, lockOwner, {})),
  release: async (owner) => stateOf(await perform(session, lockRelease, { owner })),
});

const stateOf = ({ holds, owner, secondsLeft }: LockReply): LockState => ({
  holds,
  owner: owner === "" ? undefined : owner,
  secondsLeft,
});
