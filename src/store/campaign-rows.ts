/** What a store holds of campaigns. */

import type { UnitCells } from "../chip/mvm.ts";
import type { Region } from "../chip/region.ts";
import type {
  CalibrationId,
  CampaignId,
  ChipId,
  JsonObject,
  ProbeId,
  ProgrammingId,
  ReadoutId,
  RunId,
  SlotId,
  SubjectId,
  TileId,
} from "./identity.ts";

export interface StoredCampaign {
  readonly id: CampaignId;
  /** That planned it. */
  readonly run: RunId;
  readonly chip: ChipId;
  readonly name: string;
  readonly plan: JsonObject;
  /** When it was planned: seconds of its timeline, and the host's time. */
  readonly plannedSeconds: number;
  readonly plannedWallSeconds: number;
}

/** How a time is known: from the chip's clock, or, where the board restarted in between, from the host's. */
export type KnownBy = "chip" | "wall";

/** What is read. */
export type Matter =
  | { readonly kind: "tile"; readonly programming: ProgrammingId; readonly region: Region }
  /** A full array, canaries, or any other rectangle. */
  | { readonly kind: "region"; readonly region: Region }
  | { readonly kind: "mvm"; readonly cells: UnitCells; readonly probe: ProbePlan }
  | { readonly kind: "calibration" }
  | { readonly kind: "temperature" };

/** The same inputs every time: random, from the seed. */
export interface ProbePlan {
  readonly seed: number;
  readonly vectors: number;
  readonly phases: 1 | 4;
}

export interface SubjectFacts {
  readonly name: string;
  readonly matter: Matter;
  /** Seconds of the timeline at which its age is 0. */
  readonly referenceSeconds: number;
  readonly referenceKnownBy: KnownBy;
}

export interface Subject extends SubjectFacts {
  readonly id: SubjectId;
  /** Of a subject that is a tile. */
  readonly tile: TileId | null;
}

export interface Slot {
  readonly id: SlotId;
  readonly subject: SubjectId;
  readonly ageSeconds: number;
  /** Seconds of the timeline; never changes. */
  readonly dueSeconds: number;
  /** Null while it is open. */
  readonly outcome: SlotOutcome | null;
}

export const outcomeKinds = ["read", "late", "missed", "failed"] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

export interface OutcomeFacts {
  readonly run: RunId;
  readonly kind: OutcomeKind;
  /** Why it is late, missed or failed. */
  readonly reason: string | null;
  /** Seconds of the timeline of the first and the last conversion; null when nothing was read. */
  readonly startedSeconds: number | null;
  readonly endedSeconds: number | null;
  readonly knownBy: KnownBy | null;
  readonly wallSeconds: number;
  /** That a calibration check made. */
  readonly calibration: CalibrationId | null;
  /** One of a tile; of a region one for each band that was read at once. */
  readonly readouts: readonly ReadoutId[];
}

export interface SlotOutcome extends OutcomeFacts {
  readonly temperatureKelvin: number | null;
  readonly probe: ProbeId | null;
}

export type CampaignState = "planned" | "running" | "paused" | "stopped" | "finished";

export interface StateEntry {
  readonly run: RunId | null;
  readonly state: CampaignState;
  readonly reason: string | null;
  /** Seconds of the timeline; null where nobody asked the chip. */
  readonly atSeconds: number | null;
  readonly wallSeconds: number;
}

/** A power-up of the board: seconds of the timeline = chip seconds + offset. */
export interface Boot {
  readonly bootId: number;
  readonly offsetSeconds: number;
  readonly knownBy: KnownBy;
  /** Of the offset; 0 where the chip clock tells all, null where only a lower bound is known. */
  readonly uncertaintySeconds: number | null;
  /** The latest look at the chip clock, in seconds of the timeline, and the host's time then. */
  readonly anchorSeconds: number;
  readonly anchorWallSeconds: number;
}

/** What the line to the board did, in the run that is or was last under way. */
export interface StoredLinkReport {
  readonly run: RunId;
  readonly wallSeconds: number;
  readonly report: JsonObject;
}

export interface StoredTemperature {
  readonly slot: SlotId;
  readonly atSeconds: number;
  readonly kelvin: number;
}
