/** What campaigns measured besides devices: temperatures, and the raw outputs of matrix-vector products. */

import type { Store } from "../store/store.ts";
import { type Column, column, constant, type Dataset, smallDataset } from "./dataset.ts";

const slotColumns: readonly Column[] = [
  column("campaign", "integer", "number of the campaign in the store"),
  column("slot", "integer", "number of the slot"),
];

const temperatureColumns: readonly Column[] = [
  ...slotColumns,
  column("campaign_time_s", "float64", "seconds of the campaign's timeline"),
  column("temperature_K", "float64", "temperature of the chip"),
];

export const temperaturesOf = (store: Store): Dataset =>
  smallDataset(
    temperatureColumns,
    store.campaigns.list().flatMap(({ id }) =>
      store.campaigns.temperatures(id).map(({ slot, atSeconds, kelvin }) => ({
        campaign: id,
        slot,
        campaign_time_s: atSeconds,
        temperature_K: kelvin,
      })),
    ),
  );

/** Signed codes of one probe: what went into the word lines, or what came out of the bit lines. */
const probeColumns = (line: string, code: string, about: string): readonly Column[] => [
  ...slotColumns,
  column("probe", "integer", "number of the probe in the store"),
  column("requested_age_s", "float64", "age of the slot"),
  column("chip_time_s", "float64", "chip time of the first vector, from a power-up on"),
  column("temperature_K", "float32", "temperature of the chip"),
  column("phases", "integer", "conversions of each product, 1 or 4"),
  column("vector", "integer", "number of the vector, from 0"),
  column(line, "integer", `${line.replace("_", " ")} of the unit cell`),
  column(code, "integer", about),
];

export const mvmInputsOf = (store: Store): Dataset =>
  probesOf(store, "inputs", "rows", "word_line", "input_code", "signed input");

export const mvmOutputsOf = (store: Store): Dataset =>
  probesOf(store, "outputs", "columns", "bit_line", "output_code", "signed raw output");

function probesOf(
  store: Store,
  codes: "inputs" | "outputs",
  extent: "rows" | "columns",
  line: "word_line" | "bit_line",
  code: string,
  about: string,
): Dataset {
  const probes = store.campaigns.list().flatMap(({ id }) => {
    const ages = new Map(store.campaigns.slots(id).map((slot) => [slot.id, slot.ageSeconds]));
    return store.campaigns
      .probes(id)
      .map((probe) => ({ campaign: id, age: ages.get(probe.slot) ?? null, probe }));
  });
  return {
    columns: probeColumns(line, code, about),
    rows: probes.reduce((sum, { probe }) => sum + probe.vectors * probe.cells[extent], 0),
    *batches() {
      for (const { campaign, age, probe } of probes) {
        const width = probe.cells[extent];
        const first = extent === "rows" ? probe.cells.row : probe.cells.column;
        const count = (numberOf: (index: number) => number) => () =>
          Int32Array.from({ length: probe.vectors * width }, (_, index) => numberOf(index));
        yield {
          rows: probe.vectors * width,
          columns: {
            campaign: constant(campaign),
            slot: constant(probe.slot),
            probe: constant(probe.id),
            requested_age_s: constant(age),
            chip_time_s: constant(probe.firstSampleSeconds),
            temperature_K: constant(probe.temperatureKelvin),
            phases: constant(probe.phases),
            vector: count((index) => Math.floor(index / width)),
            [line]: count((index) => first + (index % width)),
            [code]: () => Int32Array.from(store.campaigns.probeCodes(probe.id)[codes]),
          },
        };
      }
    },
  };
}
