/** The matrix-vector products of campaigns: what went into the word lines and what came out of the bit lines, as signed codes. */

import type { StoredProbe } from "../store/mvm-probes.ts";
import type { Store } from "../store/store.ts";
import { type Batch, type Column, column, constant, type Dataset, optional } from "./dataset.ts";

/** One of the two tables. */
interface Side {
  readonly codes: "inputs" | "outputs";
  /** Of the unit cells. */
  readonly extent: "rows" | "columns";
  readonly first: "row" | "column";
  readonly line: Column;
  readonly code: Column;
}

export const mvmInputsOf = (store: Store): Dataset =>
  probesOf(store, {
    ...{ codes: "inputs", extent: "rows", first: "row" },
    line: column("word_line", "integer", "row of the unit cell"),
    code: column("input_code", "integer", "signed input"),
  });

export const mvmOutputsOf = (store: Store): Dataset =>
  probesOf(store, {
    ...{ codes: "outputs", extent: "columns", first: "column" },
    line: column("bit_line", "integer", "column of the unit cell"),
    code: column("output_code", "integer", "signed raw output"),
  });

const columns: readonly Column[] = [
  column("campaign", "integer", "number of the campaign in the store"),
  column("slot", "integer", "number of the slot"),
  column("probe", "integer", "number of the probe in the store"),
  optional("requested_age_s", "float64", "age that was asked for"),
  optional("age_s", "float64", "true age at the first vector"),
  column("chip_time_s", "float64", "chip time of the first vector, from a power-up on"),
  column("temperature_K", "float32", "temperature of the chip"),
  column("phases", "integer", "conversions of each product, 1 or 4"),
  column("vector", "integer", "number of the vector, from 0"),
];

interface Probed {
  readonly campaign: number;
  readonly probe: StoredProbe;
  readonly requestedSeconds: number | null;
  readonly ageSeconds: number | null;
}

function probesOf(store: Store, side: Side): Dataset {
  const probes = store.campaigns.list().flatMap(({ id }) => probesIn(store, id));
  return {
    columns: [...columns, side.line, side.code],
    rows: probes.reduce((sum, { probe }) => sum + probe.vectors * probe.cells[side.extent], 0),
    *batches() {
      for (const probed of probes) yield batchOf(store, probed, side);
    },
  };
}

function probesIn(store: Store, campaign: Parameters<Store["campaigns"]["slots"]>[0]): Probed[] {
  const references = new Map(
    store.campaigns.subjects(campaign).map(({ id, referenceSeconds }) => [id, referenceSeconds]),
  );
  const slots = new Map(store.campaigns.slots(campaign).map((slot) => [slot.id, slot]));
  return store.campaigns.probes(campaign).map((probe) => {
    const slot = slots.get(probe.slot);
    const reference = slot === undefined ? undefined : references.get(slot.subject);
    const started = slot?.outcome?.startedSeconds ?? null;
    const ageSeconds = started === null || reference === undefined ? null : started - reference;
    return { campaign, probe, requestedSeconds: slot?.ageSeconds ?? null, ageSeconds };
  });
}

function batchOf(store: Store, probed: Probed, { codes, extent, first, line, code }: Side): Batch {
  const { probe } = probed;
  const width = probe.cells[extent];
  const rows = probe.vectors * width;
  const counted = (numberOf: (index: number) => number) => () =>
    Int32Array.from({ length: rows }, (_, index) => numberOf(index));
  return {
    rows,
    columns: {
      campaign: constant(probed.campaign),
      slot: constant(probe.slot),
      probe: constant(probe.id),
      requested_age_s: constant(probed.requestedSeconds),
      age_s: constant(probed.ageSeconds),
      chip_time_s: constant(probe.firstSampleSeconds),
      temperature_K: constant(probe.temperatureKelvin),
      phases: constant(probe.phases),
      vector: counted((index) => Math.floor(index / width)),
      [line.name]: counted((index) => probe.cells[first] + (index % width)),
      [code.name]: () => Int32Array.from(store.campaigns.probeCodes(probe.id)[codes]),
    },
  };
}
