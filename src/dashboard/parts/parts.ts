/** All parts by their ids. */

import type { Part } from "../part.ts";
import { type PartId, partIds } from "../part-titles.ts";
import { accuracyPart } from "./accuracy.ts";
import { conductancePart } from "./conductance.ts";
import { driftPart } from "./drift.ts";
import { eventsPart } from "./events.ts";
import { linkPart } from "./link.ts";
import { mapPart } from "./map.ts";
import { overviewPart } from "./overview.ts";
import { schedulePart } from "./schedule.ts";
import { temperaturePart } from "./temperature.ts";
import { wearPart } from "./wear.ts";

const byId: Readonly<Record<PartId, Part>> = {
  overview: overviewPart,
  schedule: schedulePart,
  map: mapPart,
  conductance: conductancePart,
  drift: driftPart,
  accuracy: accuracyPart,
  temperature: temperaturePart,
  link: linkPart,
  wear: wearPart,
  events: eventsPart,
};

export const parts: ReadonlyMap<PartId, Part> = new Map(partIds.map((id) => [id, byId[id]]));
