/** What happens in a campaign that people should hear of. */

import type { EventLevel } from "../store/events.ts";

/** Those that may ring an alarm. */
export const alarmKinds = [
  "missed",
  "failed-reading",
  "board-lost",
  "board-back",
  "board-restarted",
  "disk-full",
  "disk-room",
  "store-busy",
  "temperature",
  "finished",
  "failed",
] as const;

/** The others are for the log. */
export const eventKinds = [...alarmKinds, "clock-jump", "state", "line"] as const;
export type EventKind = (typeof eventKinds)[number];

export interface CampaignEvent {
  readonly kind: EventKind;
  readonly level: EventLevel;
  readonly text: string;
}

export type Tell = (kind: EventKind, level: EventLevel, text: string) => void;
