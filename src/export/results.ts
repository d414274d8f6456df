/** Accuracies, one row each. */

import type { Store } from "../store/store.ts";
import { type Column, column, type Dataset, optional, smallDataset } from "./dataset.ts";

const columns: readonly Column[] = [
  column("result", "integer", "number of the result in the store"),
  column("run", "integer", "number of the run that measured it"),
  optional("age_s", "float64", "requested age of the readouts; none for the digital baseline"),
  column("compensation", "text", "of drift; digital for the baseline"),
  column("images", "integer", "images that were classified"),
  column("correct", "integer", "images that were classified correctly"),
  column("accuracy_fraction", "float64", "correct / images"),
  column("accuracy_low_fraction", "float64", "lower end of its 95 % interval"),
  column("accuracy_high_fraction", "float64", "upper end of it"),
];

export const resultsOf = (store: Store): Dataset =>
  smallDataset(
    columns,
    store.results.list().map(({ id, run, ageSeconds, compensation, images, correct, interval }) => ({
      ...{ result: id, run, age_s: ageSeconds, compensation, images, correct },
      accuracy_fraction: correct / images,
      accuracy_low_fraction: interval.low,
      accuracy_high_fraction: interval.high,
    })),
  );
