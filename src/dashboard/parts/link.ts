/** What the line to the board did, as the process that talks to it wrote down last. */

import { formatDuration } from "../../core/units.ts";
import { flattened } from "../../report/flattened.ts";
import { html, type Markup } from "../../report/markup.ts";
import { tableMarkup } from "../../report/table.ts";
import { dateAndTime } from "../../report/words.ts";
import type { JsonObject } from "../../store/identity.ts";
import { newestCampaign } from "../campaign.ts";
import { type Look, lookAt, nothingYet, type Source } from "../part.ts";

export function linkPart({ store }: Source): Look {
  const campaign = newestCampaign(store);
  const found = campaign === undefined ? undefined : store.campaigns.linkReport(campaign.id);
  const document = { wallSeconds: found?.wallSeconds ?? null, link: found?.report ?? null };
  return lookAt(document, ({ wallSeconds, link }) =>
    link === null || wallSeconds === null
      ? nothingYet(
          "No counters yet. A campaign writes them once a minute when the board is on a serial line with the reliable link; what other commands remarked on their lines is among the events.",
        )
      : linkMarkup(wallSeconds, link),
  );
}

function linkMarkup(wallSeconds: number, link: JsonObject): Markup {
  const all = flattened(link).flatMap(([path, value]): [string, number][] =>
    typeof value === "number" ? [[path.replace(/^counters, /, ""), value]] : [],
  );
  const seconds = all.filter(([name]) => name.endsWith("(s)"));
  const counts = all.filter(([name]) => !name.endsWith("(s)"));
  const never = counts.filter(([, value]) => value === 0).map(([name]) => name);
  return html`<p>As of <time data-since="${wallSeconds}">${dateAndTime(wallSeconds)}</time>, over all sessions of the newest run.${seconds.map(([name, value]) => ` Its ${name.replace(" (s)", "")} is ${formatDuration(value)}.`)}</p>
${tableMarkup({ columns: ["counter", "value"], rows: counts.filter(([, value]) => value !== 0) })}
${never.length === 0 ? "" : html`<details><summary>Nothing of ${never.length} other kinds</summary><p>${never.join(" · ")}</p></details>`}`;
}
