import { describe, expect, test } from "vitest";
import { holdLock } from "../../src/chip/hold-lock.ts";
import type { ChipLock, LockState } from "../../src/chip/lock.ts";
import { LabError } from "../../src/core/errors.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";

const held: LockState = { holds: true, owner: "me", secondsLeft: 60 };
const theirs: LockState = { holds: false, owner: "them", secondsLeft: 41.2 };
const gone = new LabError("LINK_LOST", "the line was lost");

/** A lock that gives these answers, the last one for ever. */
function scripted(...answers: (LockState | LabError)[]) {
  const asked: string[] = [];
  const lock: ChipLock = {
    async request(owner, leaseSeconds) {
      asked.push(`${owner} ${leaseSeconds}`);
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? held;
      if (answer instanceof LabError) throw answer;
      return answer;
    },
    state: async () => held,
    async release(owner) {
      asked.push(`release ${owner}`);
      return { holds: false, owner: undefined, secondsLeft: 0 };
    },
  };
  return { lock, asked };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

function keeper(...answers: (LockState | LabError)[]) {
  const timer = new VirtualTimer();
  const failures: LabError[] = [];
  const { lock, asked } = scripted(...answers);
  const holding = holdLock(lock, {
    owner: "me",
    leaseSeconds: 60,
    timer,
    lost: (failure) => failures.push(failure),
  });
  const pass = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed++) {
      timer.advance(1);
      await settled();
    }
  };
  return { timer, failures, asked, holding, pass };
}

describe("holding a lock", () => {
  test("renews it three times a lease, and frees it in the end", async () => {
    const { asked, holding, pass, timer, failures } = keeper(held);
    const lock = await holding;
    await pass(60);
    await lock.release();
    await pass(100);
    expect(asked).toEqual(["me 60", "me 60", "me 60", "me 60", "release me"]);
    expect(timer.waiting).toBe(0);
    expect(failures).toEqual([]);
  });

  test("fails when another program has it, and says which and for how long", async () => {
    const { holding, timer } = keeper(theirs);
    await expect(holding).rejects.toMatchObject({
      code: "LOCKED",
      message: 'the chip is locked by "them" for another 42 s',
    });
    expect(timer.waiting).toBe(0);
  });

  test("tells once when another program has it by now", async () => {
    const { holding, pass, failures } = keeper(held, held, theirs);
    await holding;
    await pass(200);
    expect(failures.map(({ code }) => code)).toEqual(["LOCKED"]);
  });

  test("bears a line that is lost for less than a lease", async () => {
    const { holding, pass, failures } = keeper(held, gone, gone, held);
    await holding;
    await pass(200);
    expect(failures).toEqual([]);
  });

  test("tells when it could not be renewed for a whole lease", async () => {
    const { holding, pass, failures } = keeper(held, gone);
    await holding;
    await pass(59);
    expect(failures).toEqual([]);
    await pass(100);
    expect(failures).toEqual([gone]);
  });

  test("is given up without a word where the line is lost: the lease ends by itself", async () => {
    const timer = new VirtualTimer();
    const failures: LabError[] = [];
    const lock = { ...scripted(held).lock, release: () => Promise.reject(gone) };
    const holding = await holdLock(lock, {
      owner: "me",
      leaseSeconds: 60,
      timer,
      lost: (failure) => failures.push(failure),
    });
    await expect(holding.release()).resolves.toBeUndefined();
    expect([failures, timer.waiting]).toEqual([[], 0]);
  });
});
