/** The one network of a store: its file, and where each piece of each weight matrix lies on the chip. */

import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { LabError } from "../core/errors.ts";
import type { Connection } from "./connection.ts";
import { blobColumn, type JsonObject, jsonColumn, type NetworkId, networkId } from "./identity.ts";
import {
  insertLayer,
  insertTile,
  type NewTile,
  type StoredLayer,
  type StoredTile,
  storedLayers,
  storedTiles,
} from "./placement.ts";

export interface NewNetwork {
  readonly name: string;
  /** The ONNX file itself. */
  readonly onnx: Uint8Array;
  /** Conductance of the largest weight. */
  readonly gmaxSiemens: number;
  /** Plain JSON: the options of the mapping. */
  readonly options: object;
  readonly layers: readonly StoredLayer[];
  readonly tiles: readonly NewTile[];
}

export interface StoredNetwork {
  readonly id: NetworkId;
  readonly name: string;
  /** Of the ONNX bytes, hexadecimal. */
  readonly sha256: string;
  readonly gmaxSiemens: number;
  readonly options: JsonObject;
  readonly layers: readonly StoredLayer[];
  /** In the order in which they were placed. */
  readonly tiles: readonly StoredTile[];
}

export class Networks {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Makes the network the store's own, or gives back the same one when it already is.
   * @throws LabError STORE_CONTENT when the store holds another network, or the same one placed otherwise.
   */
  put(network: NewNetwork): StoredNetwork {
    return this.#connection.transaction(() => {
      const known = this.find();
      if (known === undefined) return this.#insert(network);
      assertSame(this.#connection.path, known, network);
      return known;
    });
  }

  find(): StoredNetwork | undefined {
    const row = this.#connection.first(
      rowSchema,
      "SELECT id, name, sha256, gmax_siemens, options FROM networks",
    );
    if (row === undefined) return undefined;
    const { gmax_siemens: gmaxSiemens, ...rest } = row;
    const layers = storedLayers(this.#connection, row.id);
    return { ...rest, gmaxSiemens, layers, tiles: storedTiles(this.#connection, row.id) };
  }

  /** @throws LabError STORE_CONTENT when nothing was programmed yet. */
  get(): StoredNetwork {
    const network = this.find();
    if (network !== undefined) return network;
    throw new LabError("STORE_CONTENT", `${this.#connection.path} holds no network`, {
      next: "program one first: pcmlab program NETWORK.onnx --chip PORT --store FILE",
    });
  }

  /** The bytes of the ONNX file. @throws LabError STORE when they are not the ones that were stored. */
  onnx(network: NetworkId): Uint8Array {
    const row = this.#connection.first(onnxRow, "SELECT onnx, sha256 FROM networks WHERE id = @network", {
      network,
    });
    if (row !== undefined && sha256Of(row.onnx) === row.sha256) return row.onnx;
    throw new LabError("STORE", `the network file in ${this.#connection.path} is damaged`, {
      next: "restore the store from a copy",
    });
  }

  #insert(network: NewNetwork): StoredNetwork {
    const id = networkId(
      this.#connection.run(insertSql, {
        name: network.name,
        sha256: sha256Of(network.onnx),
        onnx: network.onnx,
        gmax: network.gmaxSiemens,
        options: JSON.stringify(network.options),
      }),
    );
    for (const layer of network.layers) insertLayer(this.#connection, id, layer);
    for (const tile of network.tiles) insertTile(this.#connection, id, tile);
    return this.get();
  }
}

const insertSql = `
  INSERT INTO networks (name, sha256, onnx, gmax_siemens, options)
  VALUES (@name, @sha256, @onnx, @gmax, @options)`;

const rowSchema = z.object({
  id: z.number().transform(networkId),
  name: z.string(),
  sha256: z.string(),
  gmax_siemens: z.number(),
  options: jsonColumn,
});

const onnxRow = z.object({ onnx: blobColumn, sha256: z.string() });

function assertSame(path: string, known: StoredNetwork, network: NewNetwork): void {
  const sha256 = sha256Of(network.onnx);
  const next = "give it its own file with --store: a store holds one network on one chip";
  if (sha256 !== known.sha256) {
    const names = `"${known.name}" (sha256 ${known.sha256.slice(0, 12)}), not "${network.name}" (${sha256.slice(0, 12)})`;
    throw new LabError("STORE_CONTENT", `${path} holds the network ${names}`, { next });
  }
  if (isDeepStrictEqual(placementOf(known), placementOf(network))) return;
  throw new LabError("STORE_CONTENT", `${path} holds "${known.name}" with another mapping or placement`, {
    next,
  });
}

/** What has to be equal for old and new programmings to lie on the same devices, as plain JSON. */
function placementOf({ gmaxSiemens, options, layers, tiles }: StoredNetwork | NewNetwork): unknown {
  const places = tiles.map(({ layer, firstRow, firstColumn, rows, columns, region, devices, rowOrder }) => ({
    ...{ layer, firstRow, firstColumn, rows, columns, region, devices },
    rowOrder: rowOrder ?? null,
  }));
  return JSON.parse(JSON.stringify({ gmaxSiemens, options, layers, places }));
}

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
