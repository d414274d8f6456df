/** A twin as text. */

import { formatDuration, microsiemens } from "../../core/units.ts";
import { aligned } from "../drift/table.ts";
import type { Twin, TwinLevel, TwinRecord } from "./document.ts";

export function twinSummary({ profile, twin }: Twin, out: string): string {
  const { chip, devices, agesSeconds } = twin;
  const ages = agesSeconds.map(formatDuration).join(", ");
  return [
    `${out}: ${profile.name}, twin of ${chip.manufacturer} ${chip.model} ${chip.serialNumber} from ${devices.toLocaleString("en")} devices read after ${ages}`,
    levelTable(twin.levels),
    ...programmingLine(twin),
    ...noiseLine(twin),
    `stuck low   ${stuckText(twin.stuck.low)}`,
    `stuck high  ${stuckText(twin.stuck.high)}`,
    ...converterLines(twin),
    `of the base profile ${twin.base}: ${twin.taken.map(({ path }) => path).join(", ")}`,
    ...twin.remarks,
  ].join("\n");
}

type Value = TwinRecord["levels"][number]["noise"];

/** In units of the last digits: "0.0492 ±0.0003". */
const text = (estimate: Value, digits: number, unit = 1): string =>
  estimate === null
    ? "-"
    : `${(unit * estimate.value).toFixed(digits)} ±${(unit * estimate.error).toFixed(digits)}`;

const perMicro = 1e6;

const levelTable = (levels: readonly TwinLevel[]): string =>
  aligned([
    ["target", "devices", "error read", "of the twin", "sigma_prog, µS", "nu, mean", "spread of nu", "Q_s"],
    ...levels.map(({ targetSiemens, devices, first, rehearsed, programming, drift, noise }) => [
      inUnits(targetSiemens),
      devices.toLocaleString("en"),
      first === null ? "-" : inUnits(first.sigmaSiemens, 3),
      rehearsed === null ? "-" : inUnits(rehearsed.sigmaSiemens, 3),
      text(programming?.sigmaSiemens ?? null, 3, perMicro),
      text(drift?.nuMean ?? null, 4),
      text(drift?.nuSpread ?? null, 4),
      text(noise, 4),
    ]),
  ]);

const inUnits = (siemens: number, digits = 2): string => `${microsiemens(siemens).toFixed(digits)} µS`;

function programmingLine({ programming, gmaxSiemens }: TwinRecord): string[] {
  if (programming === null) return ["sigma_prog  too few levels for a polynomial"];
  const terms = programming.coefficientsSiemens.map((coefficient) => text(coefficient, 3, perMicro));
  return [
    `sigma_prog  ${terms.join(", ")} µS for 1, g, g^2${terms.length > 3 ? ", ..." : ""} (g = G / ${inUnits(gmaxSiemens, 0)}), within ${inUnits(programming.worstSiemens, 3)} of every level`,
  ];
}

function noiseLine({ readNoise }: TwinRecord): string[] {
  if (readNoise === null) return ["Q_s         too few levels for a law"];
  const { coefficient, exponent, describes } = readNoise;
  return [
    `Q_s         ${text(coefficient, 5)} times g^(${text(exponent, 3)})${describes ? "" : ": not a power law, the twin has a table"}`,
  ];
}

const percent = (share: number): string => (share < 1e-9 ? "0 %" : `${(100 * share).toPrecision(2)} %`);

const stuckText = ({ count, of, probability, low, high }: TwinRecord["stuck"]["low"]): string =>
  of === 0
    ? "no device could have shown it"
    : `${percent(probability)} (${percent(low)} to ${percent(high)}): ${count} of ${of.toLocaleString("en")} devices`;

function converterLines({ converters }: TwinRecord): string[] {
  if (converters === null) return ["converters  not calibrated in this store"];
  const { columns, gainSpread, offsetSpreadCodes, whiteNoiseCodes } = converters;
  return [
    `converters  gain spread ${text(gainSpread, 2, 100)} %, offset spread ${text(offsetSpreadCodes, 3)} codes, noise ${text(whiteNoiseCodes, 3)} codes, of ${columns.toLocaleString("en")} bit lines`,
  ];
}
