/** What the dashboard shows, and its addresses for programs. */

import { html, type Markup } from "../report/markup.ts";
import { partTitles } from "./part-titles.ts";

export const helpPage = (): Markup => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Help: pcmlab dashboard</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="style.css">
</head>
<body class="help">
<header><p class="kicker">pcmlab dashboard</p><h1>Help</h1></header>
<main>
<p>The page shows what one store holds, and follows it while another process writes to it. It changes nothing: neither the store nor the chip.</p>
<p>It looks once a second whether the store has changed. Figures are drawn when what they show has changed, and not more often than a few per cent of one processor core allow: a run comes first.</p>
<h2>For programs</h2>
<p>Every part is there as JSON, with units in the names. An <code>ETag</code> comes with each; ask with <code>If-None-Match</code> to learn cheaply that nothing is new.</p>
<div class="scroll"><table><thead><tr><th scope="col">address</th><th scope="col">what it gives</th></tr></thead><tbody>
<tr><th scope="row"><a href="api">/api</a></th><td>the list of the parts</td></tr>
${[...partTitles].map(([id, title]) => html`<tr><th scope="row"><a href="api/${id}">/api/${id}</a></th><td>${title}</td></tr>`)}
<tr><th scope="row">/events</th><td>server-sent events: <code>state</code> at the beginning, <code>part</code> for each part that changed, <code>alive</code> every 15 s</td></tr>
</tbody></table></div>
<p>Requests that come too fast are answered late, and with status 429 when they would have to wait for more than 5 s. At most 16 pages listen at a time; the next one gets status 503.</p>
<p><a href=".">Back to the page</a></p>
</main>
</body>
</html>
`;
