/** What happened, in words, newest first. */

import { html, type Markup } from "../../report/markup.ts";
import { dateAndTime } from "../../report/words.ts";
import type { StoredEvent } from "../../store/events.ts";
import { type Look, lookAt, nothingYet, type Source } from "../part.ts";

const mostEvents = 100;

export const eventsPart = ({ store }: Source): Look =>
  lookAt({ events: store.events.latest(mostEvents) }, ({ events }) =>
    events.length === 0
      ? nothingYet("Nothing has happened that a command remarked on.")
      : html`<ul class="events">${events.map(eventMarkup)}</ul>
${events.length < mostEvents ? "" : html`<p>The newest ${mostEvents}; the store holds more.</p>`}`,
  );

const eventMarkup = ({ level, wallSeconds, text }: StoredEvent): Markup =>
  html`<li class="${level}"><time>${dateAndTime(wallSeconds)}</time><b>${level}</b><p>${text}</p></li>`;
