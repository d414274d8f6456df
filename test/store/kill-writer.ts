/** Run by kill.test.ts in a process of its own: programs one tile after the other until it is killed. */

import { seededPrng } from "../../src/core/prng.ts";
import { openStore } from "../../src/store/store.ts";
import { addProgramming, beginRun, makeCells, networkOf, smallNetwork } from "./synthetic.ts";

export function programForEver(path: string, acknowledge: (line: string) => void): void {
  const store = openStore(path, { mode: "create" });
  const [tile] = store.networks.put(networkOf(smallNetwork, "a.onnx")).tiles;
  const run = beginRun(store, "program", 0);
  if (tile === undefined) throw new RangeError("the network has no tile");
  const cells = makeCells(27 * 32, seededPrng(5));
  for (let second = 1; second < 100_000; second++) {
    addProgramming(store, run, tile.id, cells, second);
    acknowledge(`${second}\n`);
  }
}
