/** The parts of the page in their order. */

export const partIds = [
  "overview",
  "schedule",
  "map",
  "conductance",
  "drift",
  "accuracy",
  "temperature",
  "link",
  "wear",
  "events",
] as const;

export type PartId = (typeof partIds)[number];

const titles: Readonly<Record<PartId, string>> = {
  overview: "Now",
  schedule: "Schedule",
  map: "Maps",
  conductance: "Conductances",
  drift: "Drift",
  accuracy: "Accuracy",
  temperature: "Temperature",
  link: "Link",
  wear: "Wear",
  events: "Events",
};

export const partTitles: ReadonlyMap<PartId, string> = new Map(partIds.map((id) => [id, titles[id]]));
