/** The style sheet of the page: light, dark, phone and print. */

import { viridisGradient } from "./colour-scale.ts";

/** What the variables of the page are by day, and in files of single figures. */
export const lightColours = {
  ...{
    paper: "#ffffff",
    ink: "#1b1f24",
    soft: "#5a636e",
    rule: "#b4bcc6",
    hairline: "#e6e9ed",
    wash: "#f5f7f9",
  },
  ...{ blue: "#0067a5", orange: "#c75000", green: "#00805e", purple: "#a8478a", sky: "#2f8fc4" },
} as const;

const variables = Object.entries(lightColours).map(([name, colour]) => `--${name}: ${colour};`);

export const style = `
:root { color-scheme: light dark; ${variables.join(" ")} }
@media (prefers-color-scheme: dark) { :root {
  --paper: #14171b; --ink: #e7eaee; --soft: #9da7b3; --rule: #56606b; --hairline: #2a3038; --wash: #1c2127;
  --blue: #5fb0ea; --orange: #f2914a; --green: #3fc39c; --purple: #d98abf; --sky: #8fd0f5; } }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
body { max-width: 56rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.3rem); line-height: 1.15; letter-spacing: -0.02em; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; letter-spacing: -0.01em; margin: 0 0 1rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 0.5rem; }
p { margin: 0.5rem 0; }
a { color: var(--blue); }
code { font: 0.875em ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: var(--wash); padding: 0.15em 0.4em;
  border-radius: 4px; overflow-wrap: anywhere; }
.kicker { color: var(--blue); font-weight: 600; font-size: 0.85rem; margin: 0 0 0.4rem; }
.subtitle { color: var(--soft); margin: 0.5rem 0 0; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1rem; margin: 1.75rem 0; padding: 0; }
.facts div { border-top: 2px solid var(--ink); padding-top: 0.5rem; }
.facts dt { color: var(--soft); font-size: 0.875rem; }
.facts dd { margin: 0; font-size: 1.5rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
section { border-top: 1px solid var(--hairline); margin-top: 2.5rem; padding-top: 2rem; }
figure { margin: 0 0 2.25rem; }
figure svg { display: block; width: 100%; height: auto; overflow: visible; }
figcaption { color: var(--soft); font-size: 0.9rem; max-width: 44rem; margin-top: 0.4rem; }
.narrow { display: none; }
.scroll { overflow-x: auto; background:
  linear-gradient(to right, var(--paper) 40%, transparent) left / 2.5rem 100% no-repeat local,
  linear-gradient(to left, var(--paper) 40%, transparent) right / 2.5rem 100% no-repeat local,
  linear-gradient(to right, var(--rule), transparent) left / 0.6rem 100% no-repeat scroll,
  linear-gradient(to left, var(--rule), transparent) right / 0.6rem 100% no-repeat scroll; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; margin: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1.1rem 0.3rem 0; border-bottom: 1px solid var(--hairline); white-space: nowrap; }
th { font-weight: 500; }
thead th { color: var(--soft); border-bottom-color: var(--rule); vertical-align: bottom; }
.number { text-align: right; }
.wrap { white-space: normal; overflow-wrap: anywhere; }
.headline { font-size: 1rem; width: 100%; }
.headline caption { text-align: left; color: var(--soft); font-size: 0.9rem; padding-bottom: 0.4rem; }
.headline th, .headline td { padding-block: 0.5rem; }
.headline b { font-weight: 600; }
.headline span { color: var(--soft); font-size: 0.85em; margin-left: 0.35em; }
details { margin-top: 0.5rem; font-size: 0.9rem; }
summary { cursor: pointer; color: var(--soft); width: fit-content; }
summary:hover { color: var(--ink); }
.missing { background: var(--wash); border-radius: 6px; padding: 0.9rem 1rem; color: var(--soft); }
.missing code { display: block; margin-top: 0.4rem; padding: 0; color: var(--ink); }
.beside { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.5rem; align-items: end; }
.beside .missing { align-self: start; margin-top: 0; }
.long { white-space: normal; min-width: min(24rem, 70vw); overflow-wrap: anywhere; }
.scroll thead th { white-space: normal; }
.word { white-space: nowrap; }
.pairs th { padding-right: 1.5rem; }
.map { margin: 0 0 0.75rem; }
.map span { display: block; font-size: 0.9rem; font-weight: 600; margin-bottom: 0.25rem; }
.map img { display: block; width: 100%; height: auto; max-height: 28rem; object-fit: contain; object-position: left top;
  image-rendering: pixelated; }
.scale { display: flex; flex-wrap: wrap; align-items: center; gap: 0.6rem; font-size: 0.85rem; color: var(--soft); }
.scale i { background: ${viridisGradient}; width: 10rem; height: 0.7rem; border-radius: 2px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.scale .box { display: inline-flex; align-items: center; gap: 0.4rem; margin-left: 0.6rem; }
.scale .box i { width: 0.8rem; border-radius: 0; }
.scale .free { background: none; border: 1px solid var(--soft); }
.scale .unknown { background: rgb(150 150 150); }
@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  .wide { display: none; }
  .narrow { display: block; }
  .beside { grid-template-columns: 1fr; }
  .pairs th, .pairs td { display: block; padding-right: 0; }
  .pairs th { color: var(--soft); border-bottom: none; padding-bottom: 0; }
  .headline { font-size: 0.9rem; }
  .headline span { display: block; margin: 0; white-space: nowrap; }
  .headline th, .headline td { padding-right: 0.7rem; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --rule: #999; --hairline: #ddd; --wash: #f4f4f4;
    --blue: #0067a5; --orange: #c75000; --green: #00805e; --purple: #a8478a; --sky: #2f8fc4; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  figure, .facts, .headline, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  details { display: none; }
  .wide { display: block; }
  .narrow { display: none; }
  .csv { display: none; }
  .scroll { overflow: visible; background: none; }
  table { font-size: 8pt; }
  th, td { white-space: normal; padding-right: 0.7rem; }
  .long { min-width: 8rem; }
}
`;
