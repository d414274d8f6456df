/** Every rule, in the order of SPEC.md; what may end a connection or the power comes last. */

import type { Rule } from "../rule.ts";
import { atMostOnceRules } from "./at-most-once.ts";
import { blockRules } from "./blocks.ts";
import { chipTimeRules } from "./chip-time.ts";
import { connectionRules } from "./connection.ts";
import { currentRules } from "./currents.ts";
import { descriptorRules } from "./descriptor.ts";
import { emulatorRules } from "./emulator.ts";
import { envelopeRules } from "./envelope.ts";
import { errorRules } from "./errors.ts";
import { grammarRules } from "./grammar.ts";
import { limitRules } from "./limits.ts";
import { linkFrameRules } from "./link-frames.ts";
import { linkKindRules } from "./link-kinds.ts";
import { linkOfferRules } from "./link-offer.ts";
import { linkPlainRules } from "./link-plain.ts";
import { linkReceivingRules } from "./link-receiving.ts";
import { linkSendingRules } from "./link-sending.ts";
import { linkSessionRules } from "./link-sessions.ts";
import { lockEndRules, lockRules } from "./lock.ts";
import { mvmRules } from "./mvm.ts";
import { powerRules } from "./power.ts";
import { programRules } from "./programs.ts";
import { pulseRules } from "./pulses.ts";
import { queryRules } from "./queries.ts";
import { readRules } from "./read.ts";
import { regionRules } from "./regions.ts";
import { replyRules } from "./replies.ts";
import { statusRules } from "./status.ts";
import { timingRules } from "./timing.ts";
import { trainRules } from "./trains.ts";
import { versionRules } from "./versions.ts";

export const allRules: readonly Rule[] = [
  ...grammarRules,
  ...blockRules,
  ...limitRules,
  ...replyRules,
  ...errorRules,
  ...statusRules,
  ...descriptorRules,
  ...envelopeRules,
  ...regionRules,
  ...chipTimeRules,
  ...queryRules,
  ...readRules,
  ...pulseRules,
  ...trainRules,
  ...mvmRules,
  ...currentRules,
  ...atMostOnceRules,
  ...programRules,
  ...lockRules,
  ...timingRules,
  ...emulatorRules,
  ...versionRules,
  ...linkOfferRules,
  ...linkFrameRules,
  ...linkKindRules,
  ...linkPlainRules,
  ...linkSessionRules,
  ...linkReceivingRules,
  ...linkSendingRules,
  ...connectionRules,
  ...powerRules,
  ...lockEndRules,
];
