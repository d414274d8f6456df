/** SYSTem:LINK? — whether this line carries the reliable link: its versions, and the largest frames and window that the board takes. */

import { highestPayloadBytes, highestWindowFrames, lowestPayloadBytes, type Offer } from "../link/terms.ts";
import { number } from "../scpi/element.ts";
import type { Operation } from "./operation.ts";

/** A board without a link, or a line that needs none, does not know the header. */
export const linkOffer: Operation<Record<never, never>, Offer> = {
  header: "SYSTem:LINK?",
  repeatable: true,
  timeout: "quick",
  encodeRequest: () => [],
  decodeRequest: () => ({}),
  encodeReply: ({ lowestVersion, highestVersion, payloadBytes, windowFrames }) =>
    [lowestVersion, highestVersion, payloadBytes, windowFrames].map(number),
  decodeReply: (fields) => ({
    lowestVersion: fields.integer("lowest version", 1, 255),
    highestVersion: fields.integer("highest version", 1, 255),
    payloadBytes: fields.integer("payload", lowestPayloadBytes, highestPayloadBytes),
    windowFrames: fields.integer("window", 1, highestWindowFrames),
  }),
};
