/** Asks one place who is there: opens it, sends `*IDN?`, closes it, all within a bounded time. */

import type { Timer } from "../../src/core/clock.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { askIdentity } from "../instrument/ask-identity.ts";
import { Session } from "../instrument/session.ts";
import { closedOnStop } from "../transport/closed-on-stop.ts";
import type { Transport } from "../transport/transport.ts";
import type { Finding, Place } from "./finding.ts";

/** A serial greeting takes 5.5 s at most, a TCP connection 5 s, the answer 5 s; a system call that hangs would take for ever. */
export const askSeconds = 15;

/** Never throws. @param signal ends the asking; the opening ends by itself then. */
export async function ask(
  place: Place,
  open: () => Promise<Transport>,
  timer: Timer,
  signal: AbortSignal | undefined,
): Promise<Finding> {
  const asked = identificationOf(open, timer, signal);
  try {
    return { ...place, kind: "board", identification: await withinTime(place, asked, timer) };
  } catch (failure) {
    if (!(failure instanceof LabError))
      return { ...place, kind: "trouble", code: "PORT_MISSING", message: textOf(failure) };
    const { code, message, next } = failure;
    return { ...place, kind: "trouble", code, message, next };
  }
}

async function identificationOf(
  open: () => Promise<Transport>,
  timer: Timer,
  signal: AbortSignal | undefined,
): Promise<string> {
  const session = new Session(await open(), timer);
  try {
    return await closedOnStop(session, signal, () => askIdentity(session));
  } finally {
    await session.close();
  }
}

/** What is still under way when the time is over closes what it opened by itself. */
function withinTime<T>(place: Place, work: Promise<T>, timer: Timer): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = timer.after(askSeconds, () =>
      reject(
        new LabError("NO_ANSWER", `${place.resource} did not answer within ${askSeconds} s`, {
          next: "unplug it and plug it in again",
        }),
      ),
    );
    work.then(resolve, reject).finally(cancel);
  });
}
