/** SPEC.md, 10.5: reads. */

import { readRegion } from "../../../firmware-protocol/operation/read-region.ts";
import { number, word } from "../../../firmware-protocol/scpi/element.ts";
import { reading, scripted, unit } from "../asking.ts";
import { type Board, readMessage, readRequest } from "../board.ts";
import { type Rule, rule } from "../rule.ts";
import { refused } from "../step.ts";

const fields = (board: Board) => readRegion.encodeRequest(readRequest(board));

export const readRules: readonly Rule[] = [
  rule("read.fields", "10.5", "answers stamps, temperature, saturated cells and codes", (probe) =>
    reading(probe, {}, 1),
  ),
  rule("read.averages", "10.5", "adds up 1 to maxAverages conversions", async (probe) => {
    await reading(probe, { averages: 1 }, 1);
    await reading(probe, { averages: probe.board.descriptor.read.maxAverages }, 1);
  }),
  scripted("read.averages-limits", "10.5", "refuses other numbers of averages", (board) => [
    refused(readMessage(board, { averages: 0 }), -222),
    refused(readMessage(board, { averages: board.descriptor.read.maxAverages + 1 }), -222),
    refused(readMessage(board, { averages: 1.5 }), -104),
  ]),
  rule("read.volts", "10.5", "reads at the smallest and at the largest voltage", async (probe) => {
    const { minVolts, maxVolts } = probe.board.descriptor.read;
    await reading(probe, { readVolts: minVolts }, 1);
    await reading(probe, { readVolts: maxVolts }, 1);
  }),
  scripted("read.volts-limits", "10.5", "refuses other voltages, and does not clamp them", (board) => [
    refused(readMessage(board, { readVolts: board.descriptor.read.minVolts * 0.9 }), -222),
    refused(readMessage(board, { readVolts: board.descriptor.read.maxVolts * 1.02 }), -222),
    refused(readMessage(board, { readVolts: -board.descriptor.read.minVolts }), -222),
  ]),
  scripted("read.missing", "10.5", "refuses a read without its voltage", (board) => [
    refused(unit(readRegion.header, fields(board).slice(0, -1)), -109),
  ]),
  scripted("read.kind", "10.5", "refuses a word for a number", (board) => [
    refused(unit(readRegion.header, [...fields(board).slice(0, -1), word("HIGH")]), -104),
    refused(unit(readRegion.header, [word("ALL"), ...fields(board).slice(1)]), -104),
  ]),
  scripted("read.too-many", "10.5", "refuses a parameter behind the mask", (board) => {
    const masked = readRegion.encodeRequest(readRequest(board, { mask: Uint8Array.of(1) }));
    return [refused(unit(readRegion.header, [...masked, number(1)]), -108)];
  }),
];
