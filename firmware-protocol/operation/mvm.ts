/** ARRay:MVM? — products of input vectors and the net conductances of a rectangle of unit cells, computed in the array. */

import { int16FromLittleEndian, littleEndianBytes } from "../../src/core/bytes.ts";
import { block, number } from "../scpi/element.ts";
import { ScpiFault } from "../scpi/errors.ts";
import type { Fields } from "../scpi/fields.ts";
import type { Operation } from "./operation.ts";
import type { RegionFields } from "./region-fields.ts";

export interface MvmFields {
  readonly cells: Omit<RegionFields, "array">;
  readonly phases: 1 | 4;
  /** Signed codes, vector by vector, one for each row; their number says how many vectors there are. */
  readonly inputs: Int8Array;
}

export interface MvmReply {
  readonly firstSampleSeconds: number;
  readonly lastSampleSeconds: number;
  readonly temperatureKelvin: number;
  readonly saturatedOutputs: number;
  /** Signed codes, vector by vector, one for each column; on the wire 16 bits in two's complement, least significant byte first. */
  readonly outputs: Int16Array;
}

/** Input codes, and output codes, of one request, whatever the board: outputs of 2 bytes then fit a reply of 4 MiB. */
export const maxMvmCodes = 1 << 21;

export const mvm: Operation<MvmFields, MvmReply> = {
  header: "ARRay:MVM?",
  repeatable: true,
  timeout: "bulk",
  encodeRequest: ({ cells: { row, column, rows, columns }, phases, inputs }) => [
    ...[row, column, rows, columns, phases].map(number),
    block(littleEndianBytes(inputs)),
  ],
  decodeRequest(fields) {
    const cells = {
      row: fields.integer("row", 0, 65_535),
      column: fields.integer("column", 0, 65_535),
      rows: fields.integer("rows", 1, 65_536),
      columns: fields.integer("columns", 1, 65_536),
    };
    return { cells, phases: decodePhases(fields), inputs: decodeInputs(fields, cells) };
  },
  encodeReply: (reply) => [
    number(reply.firstSampleSeconds),
    number(reply.lastSampleSeconds),
    number(reply.temperatureKelvin),
    number(reply.saturatedOutputs),
    block(littleEndianBytes(reply.outputs)),
  ],
  decodeReply: (fields) => ({
    firstSampleSeconds: fields.real("first sample", 0),
    lastSampleSeconds: fields.real("last sample", 0),
    temperatureKelvin: fields.real("temperature", 0),
    saturatedOutputs: fields.integer("saturated outputs", 0, maxMvmCodes),
    outputs: int16FromLittleEndian(fields.blockOfValues("outputs", 2)),
  }),
};

function decodePhases(fields: Fields): 1 | 4 {
  const phases = fields.integer("phases", 1, 4);
  if (phases === 1 || phases === 4) return phases;
  throw new ScpiFault(-222, `phases ${phases}, allowed 1 or 4`);
}

function decodeInputs(fields: Fields, { rows, columns }: MvmFields["cells"]): Int8Array {
  const bytes = fields.blockOfValues("inputs", rows);
  const outputs = (bytes.length / rows) * columns;
  if (Math.max(bytes.length, outputs) > maxMvmCodes) {
    const codes = `${bytes.length} inputs and ${outputs} outputs`;
    throw new ScpiFault(-222, `${codes}, allowed up to ${maxMvmCodes} each`);
  }
  // Values from 128 up wrap to negative ones: two's complement.
  return new Int8Array(bytes);
}
