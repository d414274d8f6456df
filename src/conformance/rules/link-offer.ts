/** SPEC.md, 10.10: whether a line carries the reliable link. */

import { linkVersion } from "../../../firmware-protocol/link/terms.ts";
import { linkOffer } from "../../../firmware-protocol/operation/link-offer.ts";
import { bytesOf } from "../../core/bytes.ts";
import { demand, performed } from "../asking.ts";
import { outcomeOf } from "../expectation.ts";
import { NotApplicable } from "../mismatch.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { faulty, refused, take } from "../step.ts";
import { inSession, withoutLink } from "./linked.ts";

const message = "SYST:LINK?\n";
const noLink = "the board offers no link on this line";

/** A header that is not known leaves no reply. */
async function offersOrIsSilent(probe: Probe): Promise<void> {
  const { replies } = await probe.exchange(bytesOf(message));
  if (replies.length === 0) {
    await take(probe, faulty("", ["any"]));
    throw new NotApplicable(noLink);
  }
  await performed(
    probe,
    linkOffer,
    bytesOf(message),
    "versions that version 1 lies between, P of 64 to 16384, a window of 1 to 64",
    ({ lowestVersion, highestVersion }) => lowestVersion <= linkVersion && linkVersion <= highestVersion,
  );
}

export const linkOfferRules: readonly Rule[] = [
  rule("link.offer", "10.10", "says what its link takes, on a line that has one", offersOrIsSilent, {
    unless: ({ cable }) => (cable === "serial" ? undefined : "TCP and USB need no link"),
  }),
  rule(
    "link.elsewhere",
    "10.10",
    "does not know SYSTem:LINK? on a cable that needs no link",
    (probe) => take(probe, faulty("SYST:LINK?", ["any"])),
    { unless: ({ cable }) => (cable === "serial" ? "serial lines may have a link" : undefined) },
  ),
  rule(
    "link.offer-parameters",
    "10.10",
    "refuses parameters",
    (probe) => take(probe, refused("SYST:LINK? 1", -108)),
    { unless: withoutLink },
  ),
  inSession("link.offer-in-frames", "10.10", "says the same in frames", async (session, line) => {
    const came = await session.ask(message);
    const outcome = outcomeOf(linkOffer, bytesOf(came));
    const same = outcome?.ok === true && JSON.stringify(outcome.reply) === JSON.stringify(line.offer);
    demand(same, message, JSON.stringify(line.offer), came);
  }),
];
