/** The page around the parts. It asks for its style sheet and its script, and for nothing that is not on this server. */

import { html, type Markup } from "../report/markup.ts";
import type { Heading } from "./site.ts";

export interface PagePart {
  readonly id: string;
  readonly title: string;
  readonly tag: string;
  readonly body: Markup;
}

export const pageMarkup = ({ title, subtitle }: Heading, parts: readonly PagePart[]): Markup =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}: pcmlab dashboard</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="style.css">
<script src="dashboard.js" defer><\/script>
<noscript><meta http-equiv="refresh" content="60"></noscript>
</head>
<body>
<a class="skip" href="#${parts[0]?.id ?? ""}">Skip to the first part</a>
<header>
<p class="kicker">pcmlab dashboard <span id="connection" role="status">not connected</span></p>
<h1>${title}</h1>
<p class="subtitle">${subtitle}</p>
<nav aria-label="Parts of the page"><ul>${parts.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${parts.map(sectionMarkup)}
</main>
<footer><p>Read-only. <a href="help">Help and addresses for programs</a></p></footer>
</body>
</html>
`;

const sectionMarkup = ({ id, title, tag, body }: PagePart): Markup =>
  html`<section id="${id}" aria-labelledby="${id}-title" data-tag="${tag}"><h2 id="${id}-title">${title}</h2>
<div class="body">${body}</div></section>
`;
