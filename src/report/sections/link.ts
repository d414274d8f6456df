/** What the reliable link of a serial line did in every run and campaign that used it. */

import type { JsonObject } from "../../store/identity.ts";
import type { Store } from "../../store/store.ts";
import { dataMarkup } from "../figure.ts";
import { flattened, shortNumber } from "../flattened.ts";
import { html } from "../markup.ts";
import type { Section } from "../section.ts";
import { type Table, tableMarkup } from "../table.ts";

/** A run or campaign with what its link wrote down last. */
interface Linked {
  readonly name: string;
  readonly report: JsonObject;
}

export function linkSection(store: Store): Section {
  const section = { id: "link", title: "Link" };
  const linked = linkedOf(store);
  if (linked.length === 0)
    return {
      ...section,
      parts: [
        html`<p class="missing">No command of this store used the reliable link, which boards on serial lines may offer; USB and TCP need none.</p>`,
      ],
    };
  const rows = rowsOf(linked);
  const happened = rows.filter(([, ...values]) => values.some((value) => value !== 0 && value !== null));
  const columns = ["", ...linked.map(({ name }) => name)];
  return {
    ...section,
    parts: [
      html`<p>Terms, round trip and counters of the reliable link, over all sessions of each command; what stayed at 0 is left out.</p>`,
      tableMarkup({ columns, rows: happened }),
      dataMarkup("link-counters", { columns, rows }, "All counters"),
    ],
  };
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
