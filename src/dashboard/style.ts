/** What the page has beyond the report's style sheet. */

import { style as reportStyle } from "../report/style.ts";

export const style = `${reportStyle}
.kicker { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; justify-content: space-between; }
#connection { color: var(--soft); font-weight: 500; white-space: nowrap; }
#connection::before { content: ""; display: inline-block; width: 0.6em; height: 0.6em; border-radius: 50%;
  background: var(--rule); margin-right: 0.45em; }
#connection[data-state="live"]::before { background: var(--green); }
#connection[data-state="lost"] { color: var(--orange); }
#connection[data-state="lost"]::before { background: var(--orange); }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.25rem 0.5rem; z-index: 1; }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.35rem 1rem; margin: 1.25rem 0 0; padding: 0; font-size: 0.9rem; }
section { scroll-margin-top: 1rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--hairline); padding-top: 1rem; color: var(--soft); font-size: 0.9rem; }
.beside { align-items: end; }
.bar { display: flex; height: 0.85rem; border-radius: 4px; overflow: hidden; background: var(--hairline); margin: 0.5rem 0; }
.bar svg { display: block; width: 100%; height: 100%; }
.bar .read { fill: var(--green); } .bar .late { fill: var(--sky); } .bar .missed { fill: var(--orange); }
.bar .failed { fill: var(--purple); } .bar .open { fill: var(--hairline); }
.legend { display: flex; flex-wrap: wrap; gap: 0.15rem 1.1rem; list-style: none; margin: 0.25rem 0 1rem; padding: 0; font-size: 0.9rem; }
.legend i { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 2px; margin-right: 0.4em; }
.read i { background: var(--green); } .late i { background: var(--sky); } .missed i { background: var(--orange); }
.failed i { background: var(--purple); } .open i { background: var(--rule); }
.alarm { border-left: 4px solid var(--orange); background: var(--wash); padding: 0.6rem 0.9rem; border-radius: 0 6px 6px 0; margin: 0.5rem 0; }
.alarm.error { border-color: var(--purple); }
.fault { border-left: 4px solid var(--orange); background: var(--wash); padding: 0.6rem 0.9rem; overflow-wrap: anywhere; }
.events { list-style: none; margin: 0; padding: 0; font-size: 0.9rem; }
.events li { display: grid; grid-template-columns: 10.5rem 4.5rem 1fr; gap: 0 0.75rem; padding: 0.35rem 0; border-bottom: 1px solid var(--hairline); }
.events time { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.events .late b { color: var(--sky); } .events .missed b { color: var(--orange); } .events .failed b { color: var(--purple); }
.events .warning b { color: var(--orange); } .events .error b { color: var(--purple); } .events b { font-weight: 600; }
.events p { margin: 0; overflow-wrap: anywhere; }
.help code { display: inline; }
@media (max-width: 40rem) {
  .events li { grid-template-columns: auto 1fr; } .events p { grid-column: 1 / -1; }
}
`;

export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0067a5"/><path d="M3 13V3M7 13V6M11 13V8M14 13V9" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>
`;
