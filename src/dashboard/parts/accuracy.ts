/** Accuracies that were inferred from the readouts. */

import { accuracySection } from "../../report/sections/accuracy.ts";
import { bodyOf, type Look, lookAt, type Source } from "../part.ts";

export function accuracyPart({ store }: Source): Look {
  const results = store.results.latest();
  // The details are hashes and settings, for `pcmlab report`.
  return lookAt({ results: results.map(({ details: _, ...result }) => result) }, () =>
    bodyOf(accuracySection(results)),
  );
}
