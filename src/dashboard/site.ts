/** What clients can ask for, ready to be sent: each text is made once for each change, whoever asks for it how often. */

import { createHash } from "node:crypto";
import { html, Markup } from "../report/markup.ts";
import { pageMarkup } from "./page.ts";

/** A text to be sent, with the tag that says whether somebody has it already (RFC 9110, 8.8.3). */
export interface Entry {
  readonly type: string;
  readonly text: string;
  readonly tag: string;
}

/** A part of the page as it is now. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly markup: Markup;
  /** Plain JSON: the same for programs. */
  readonly document: object;
}

export interface Heading {
  readonly title: string;
  readonly subtitle: string;
}

interface Shown {
  readonly title: string;
  readonly fragment: Entry;
  readonly document: Entry;
}

export class Site {
  readonly #heading: Heading;
  readonly #shown = new Map<string, Shown>();
  #page: Entry | undefined;

  /** @param titles of all parts by their ids, in the order of the page; they are empty until something is put there. */
  constructor(heading: Heading, titles: ReadonlyMap<string, string>) {
    this.#heading = heading;
    for (const [id, title] of titles)
      this.put({ id, title, markup: html`<p class="missing">Being read.</p>`, document: {} });
  }

  /** The tag of the part, or undefined when nothing about it has changed. */
  put({ id, title, markup, document }: Panel): string | undefined {
    const fragment = entryOf("text/html; charset=utf-8", markup.text);
    const json = entryOf("application/json; charset=utf-8", `${JSON.stringify(document)}\n`);
    const known = this.#shown.get(id);
    if (known?.fragment.tag === fragment.tag && known.document.tag === json.tag) return undefined;
    this.#shown.set(id, { title, fragment, document: json });
    if (known?.fragment.tag === fragment.tag) return undefined;
    this.#page = undefined;
    return fragment.tag;
  }

  page(): Entry {
    this.#page ??= this.#made();
    return this.#page;
  }

  fragment(id: string): Entry | undefined {
    return this.#shown.get(id)?.fragment;
  }

  document(id: string): Entry | undefined {
    return this.#shown.get(id)?.document;
  }

  /** What there is, for programs. */
  index(): Entry {
    const parts = [...this.#shown].map(([name, { title, document }]) => ({
      name,
      title,
      path: `/api/${name}`,
      tag: document.tag,
    }));
    return entryOf("application/json; charset=utf-8", `${JSON.stringify({ ...this.#heading, parts })}\n`);
  }

  /** The tags of all fragments: who knows them knows what is new. */
  tags(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#shown].map(([id, { fragment }]) => [id, fragment.tag]));
  }

  #made(): Entry {
    const parts = [...this.#shown].map(([id, { title, fragment }]) => ({
      id,
      title,
      tag: fragment.tag,
      body: new Markup(fragment.text),
    }));
    return entryOf("text/html; charset=utf-8", pageMarkup(this.#heading, parts).text);
  }
}

export function entryOf(type: string, text: string): Entry {
  return { type, text, tag: createHash("sha256").update(text).digest("base64url").slice(0, 22) };
}
