/** The temperatures that campaigns measured. */

import type { Store } from "../store/store.ts";
import { type Column, column, type Dataset, smallDataset } from "./dataset.ts";

const temperatureColumns: readonly Column[] = [
  column("campaign", "integer", "number of the campaign in the store"),
  column("slot", "integer", "number of the slot"),
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
