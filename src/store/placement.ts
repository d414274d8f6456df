/** Layers of a network, and the tiles that their weight matrices are cut into. */

import { z } from "zod";
import type { Region } from "../chip/region.ts";
import type { Connection } from "./connection.ts";
import { countColumn, flagColumn, jsonArrayColumn, type NetworkId, type TileId, tileId } from "./identity.ts";

export interface StoredLayer {
  /** Order of execution, from 0. */
  readonly index: number;
  /** Name of the node in the ONNX file. */
  readonly name: string;
  readonly kind: string;
  /** Of the weight matrix: inputs (a bias row included) and outputs. */
  readonly rows: number;
  readonly columns: number;
  /** beta: siemens for one unit of weight, one for each column. */
  readonly siemensPerWeight: Float64Array;
  /** Weights beyond what their devices hold, and by how much the worst of them is changed, in units of weight. */
  readonly clipping: { readonly weights: number; readonly largestError: number };
  /** Whether the last row of the matrix holds biases. */
  readonly hasBiasRow: boolean;
}

export interface NewTile {
  /** Index of the layer. */
  readonly layer: number;
  /** In the weight matrix of the layer. */
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly rows: number;
  readonly columns: number;
  readonly region: Region;
  /** Numbers of the devices of each weight that are here, on adjacent bit lines, as in WeightPart. */
  readonly devices: readonly number[];
  /** The weight row, counted from `firstRow`, that each word line of the region holds; their own order when not given. */
  readonly rowOrder?: Uint16Array;
}

export interface StoredTile extends NewTile {
  readonly id: TileId;
}

export function insertLayer(connection: Connection, network: NetworkId, layer: StoredLayer): void {
  connection.run(insertLayerSql, {
    network,
    index: layer.index,
    name: layer.name,
    kind: layer.kind,
    rows: layer.rows,
    columns: layer.columns,
    ...betaColumns(layer),
    clipped: layer.clipping.weights,
    clipError: layer.clipping.largestError,
    bias: layer.hasBiasRow ? 1 : 0,
  });
}

/** One number when all columns have the same. */
function betaColumns({ siemensPerWeight }: StoredLayer) {
  const beta = siemensPerWeight.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  const alike = siemensPerWeight.every((each) => each === beta);
  return { beta, columnBetas: alike ? null : JSON.stringify([...siemensPerWeight]) };
}

export function insertTile(connection: Connection, network: NetworkId, tile: NewTile): TileId {
  const { layer, firstRow, firstColumn, rows, columns, region, devices, rowOrder } = tile;
  return tileId(
    connection.run(insertTileSql, {
      network,
      layer,
      firstRow,
      firstColumn,
      rows,
      columns,
      array: region.array,
      regionRow: region.row,
      regionColumn: region.column,
      regionRows: region.rows,
      regionColumns: region.columns,
      devices: JSON.stringify(devices),
      rowOrder: rowOrder === undefined ? null : JSON.stringify([...rowOrder]),
    }),
  );
}

export function storedLayers(connection: Connection, network: NetworkId): StoredLayer[] {
  const sql = "SELECT * FROM layers WHERE network_id = @network ORDER BY layer_index";
  return connection.all(layerSchema, sql, { network });
}

export function storedTiles(connection: Connection, network: NetworkId): StoredTile[] {
  return connection.all(tileSchema, "SELECT * FROM tiles WHERE network_id = @network ORDER BY id", {
    network,
  });
}

const insertLayerSql = `
  INSERT INTO layers (network_id, layer_index, name, kind, rows, columns, beta, column_betas, clipped_weights,
    largest_clip_error, has_bias_row)
  VALUES (@network, @index, @name, @kind, @rows, @columns, @beta, @columnBetas, @clipped, @clipError, @bias)`;

const insertTileSql = `
  INSERT INTO tiles (network_id, layer_index, first_row, first_column, rows, columns,
    array_index, region_row, region_column, region_rows, region_columns, devices, row_order)
  VALUES (@network, @layer, @firstRow, @firstColumn, @rows, @columns,
    @array, @regionRow, @regionColumn, @regionRows, @regionColumns, @devices, @rowOrder)`;

const layerSchema = z
  .object({
    layer_index: countColumn,
    name: z.string(),
    kind: z.string(),
    rows: countColumn,
    columns: countColumn,
    beta: z.number(),
    column_betas: jsonArrayColumn(z.number().positive()).nullable(),
    clipped_weights: countColumn,
    largest_clip_error: z.number().nonnegative(),
    has_bias_row: flagColumn,
  })
  .transform(
    (row): StoredLayer => ({
      index: row.layer_index,
      name: row.name,
      kind: row.kind,
      rows: row.rows,
      columns: row.columns,
      siemensPerWeight: Float64Array.from(row.column_betas ?? new Array<number>(row.columns).fill(row.beta)),
      clipping: { weights: row.clipped_weights, largestError: row.largest_clip_error },
      hasBiasRow: row.has_bias_row,
    }),
  );

/** The columns of `tiles` that name a region of the chip. */
export const regionColumns = {
  array_index: countColumn,
  region_row: countColumn,
  region_column: countColumn,
  region_rows: countColumn,
  region_columns: countColumn,
};
type RegionRow = Readonly<Record<keyof typeof regionColumns, number>>;

export const regionOf = (row: RegionRow): Region => ({
  array: row.array_index,
  row: row.region_row,
  column: row.region_column,
  rows: row.region_rows,
  columns: row.region_columns,
});

export const regionSchema = z.object(regionColumns).transform(regionOf);

const tileSchema = z
  .object({
    id: z.number(),
    layer_index: countColumn,
    first_row: countColumn,
    first_column: countColumn,
    rows: countColumn,
    columns: countColumn,
    ...regionColumns,
    devices: jsonArrayColumn(countColumn),
    row_order: jsonArrayColumn(countColumn).nullable(),
  })
  .transform(
    (row): StoredTile => ({
      id: tileId(row.id),
      layer: row.layer_index,
      firstRow: row.first_row,
      firstColumn: row.first_column,
      rows: row.rows,
      columns: row.columns,
      region: regionOf(row),
      devices: row.devices,
      ...(row.row_order !== null && { rowOrder: Uint16Array.from(row.row_order) }),
    }),
  );
