/** What the reliable link of a serial line did in every run and campaign that used it. */

import type { JsonObject } from "../../store/identity.ts";
import type { Store } from "../../store/store.ts";
import { dataMarkup } from "../figure.ts";
import { flattened, shortNumber } from "../flattened.ts";
import { html, type Markup, nothing } from "../markup.ts";
import type { Table } from "../table.ts";
import { count } from "../words.ts";

/** A run or campaign with what its link wrote down last. */
interface Linked {
  readonly name: string;
  readonly report: JsonObject;
}

/** Folded away; what a sentence says is that frames were lost or damaged. Nothing where no command used the link. */
export function linkMarkup(store: Store): Markup {
  const linked = linkedOf(store);
  if (linked.length === 0) return nothing;
  const columns = ["", ...linked.map(({ name }) => name)];
  const folded = dataMarkup("link-counters", { columns, rows: rowsOf(linked) }, "The reliable link");
  const troubles = linked.flatMap(troubleOf);
  if (troubles.length === 0) return folded;
  return html`<p>The reliable link found its line at fault, and sent again what did not arrive whole: ${troubles.join("; ")}.</p>${folded}`;
}

/** Counters of frames that were sent again or came damaged, and of time that was lost. All others count in everyday life, too. */
export const faults: readonly string[] = [
  "retransmitted",
  "badCrc",
  "badCobs",
  "tooLong",
  "tooShort",
  "malformed",
  "timeouts",
  "sessionsFailed",
];

function troubleOf({ name, report }: Linked): string[] {
  const values = new Map(flattened(report));
  const found = faults.flatMap((fault) => {
    const label = flattened({ [fault]: 0 })[0]?.[0] ?? fault;
    const value = values.get(`counters, ${label}`);
    return typeof value === "number" && value > 0 ? [`${count(value)} ${label}`] : [];
  });
  return found.length === 0 ? [] : [`${name}: ${found.join(", ")}`];
}

function linkedOf(store: Store): Linked[] {
  const runs = store.runs
    .links()
    .map(({ run, command, report }) => ({ name: `run ${run}, ${command}`, report }));
  const campaigns = store.campaigns.list().flatMap(({ id, name }): Linked[] => {
    const found = store.campaigns.linkReport(id);
    return found === undefined ? [] : [{ name: `campaign ${name}`, report: found.report }];
  });
  return [...runs, ...campaigns];
}

function rowsOf(linked: readonly Linked[]): Table["rows"] {
  const values = linked.map(({ report }) => new Map(flattened(report)));
  const names = [...new Set(values.flatMap((one) => [...one.keys()]))];
  return names.map((name) => [
    name.replace(/^counters, /, ""),
    ...values.map((one) => {
      const value = one.get(name);
      // Decimals of a column are the same for all its numbers, and counts have none.
      return typeof value === "number" && !Number.isInteger(value) ? shortNumber(value) : (value ?? null);
    }),
  ]);
}
