/** The page around a report: one HTML file that needs nothing else. */

import { html, Markup } from "./markup.ts";
import { style } from "./style.ts";

export function page(title: string, content: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${content}
</body>
</html>
`.text;
}
