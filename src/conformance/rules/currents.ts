/** SPEC.md, 10.11: currents of DAC codes by the board's own sense resistor. Nothing is pulsed. */

import {
  type CurrentReply,
  maxCurrentCodes,
  measureCurrent,
} from "../../../firmware-protocol/operation/measure-current.ts";
import { requestMessage } from "../../../firmware-protocol/operation/operation.ts";
import { block } from "../../../firmware-protocol/scpi/element.ts";
import { nominalAmperesPerCode } from "../../chip/descriptor.ts";
import { currentsFeature, largestAllowedDacCode } from "../../chip/limits.ts";
import { performed, scripted, unit } from "../asking.ts";
import type { Board } from "../board.ts";
import { demandNotOffered } from "../not-offered.ts";
import type { Probe } from "../probe.ts";
import { type Rule, rule } from "../rule.ts";
import { refused } from "../step.ts";

const offering = {
  unless: ({ descriptor }: Board) =>
    descriptor.features.includes(currentsFeature) ? undefined : `it does not offer ${currentsFeature}`,
};

const message = (...codes: readonly number[]): Uint8Array =>
  requestMessage(measureCurrent, { dacCodes: Uint16Array.from(codes) });

/** A DAC may be off, but not by so much; bytes in another order are. */
const largestError = 0.5;

/** Currents within half of the nominal ones, and within half a hundredth of the largest where they are small. */
function measured(probe: Probe, ...codes: readonly number[]): Promise<CurrentReply> {
  const { descriptor } = probe.board;
  const step = nominalAmperesPerCode(descriptor);
  const floor = 0.01 * largestAllowedDacCode(descriptor);
  return performed(
    probe,
    measureCurrent,
    message(...codes),
    `${codes.length} currents in the order of the codes, each within half of code x ${step} A`,
    ({ amperes }) =>
      amperes.length === codes.length &&
      amperes.every(
        (value, n) => Math.abs(value - codes[n]! * step) <= largestError * step * Math.max(codes[n]!, floor),
      ),
  );
}

export const currentRules: readonly Rule[] = [
  rule(
    "currents.fields",
    "10.11",
    "answers the current of each DAC code, in their order",
    async (probe) => {
      const largest = largestAllowedDacCode(probe.board.descriptor);
      await measured(probe, largest, 0, Math.round(largest / 2), largest);
    },
    offering,
  ),
  scripted(
    "currents.limits",
    "10.11",
    "refuses a code beyond the largest current, and does not clamp it",
    ({ descriptor }) => {
      const beyond = largestAllowedDacCode(descriptor) + 1;
      return beyond > 65_535 ? [] : [refused(message(beyond), -222), refused(message(0, beyond), -222)];
    },
    offering,
  ),
  scripted(
    "currents.count",
    "10.11",
    `refuses no code, and more than ${maxCurrentCodes}`,
    () => [
      refused(message(), -222),
      refused(message(...Array.from({ length: maxCurrentCodes + 1 }, () => 0)), -222),
    ],
    offering,
  ),
  scripted(
    "currents.whole",
    "10.11",
    "refuses half a code",
    () => [refused(unit(measureCurrent.header, [block(Uint8Array.of(1, 0, 1))]), -161)],
    offering,
  ),
  rule(
    "currents.largest-batch",
    "10.11",
    `measures ${maxCurrentCodes} codes at once`,
    async (probe) => {
      const largest = largestAllowedDacCode(probe.board.descriptor);
      const codes = Array.from({ length: maxCurrentCodes }, (_, n) => (n % 2) * largest);
      await measured(probe, ...codes);
    },
    offering,
  ),
  rule(
    "currents.absent",
    "10.11",
    `refuses it with 1002, or does not know the header, when it does not offer ${currentsFeature}`,
    (probe) => demandNotOffered(probe, [message(1)]),
    {
      unless: ({ descriptor }) =>
        descriptor.features.includes(currentsFeature) ? `it offers ${currentsFeature}` : undefined,
    },
  ),
];
