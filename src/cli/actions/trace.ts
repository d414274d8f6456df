/** Prints a recording decoded. */

import { readRecording } from "../../../drivers/recording/read-recording.ts";
import type { Context } from "../context.ts";
import { EntryBuilder } from "../trace/entries.ts";
import { summaryOf } from "../trace/summary.ts";
import { entryText, headerText, summaryText } from "../trace/text.ts";

/** @throws LabError BAD_DATA. */
export async function trace(path: string, context: Context): Promise<void> {
  const builder = new EntryBuilder();
  const { header, truncated } = await readRecording(path, (event) => builder.take(event));
  const { entries } = builder;
  const summary = summaryOf(entries);
  if (truncated)
    context.output.warn(`the last line of ${path} is not whole, and left out: the recording was cut off`);
  context.output.result(
    { header, truncated, entries, summary },
    [headerText(header), "", ...entries.map(entryText), "", summaryText(summary)].join("\n"),
  );
}
