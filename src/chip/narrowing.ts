/** A user's own limits on top of a chip's: they can narrow the envelope and the ranges of the drivers, and never widen them. */

import { z } from "zod";
import { LabError } from "../core/errors.ts";
import type { Descriptor } from "./descriptor.ts";
import { type Envelope, envelopeFault, envelopeSchema } from "./envelope.ts";

/** Any of the limits. What belongs to the hardware, the supply voltage and the time of the duty, is not the user's to say. */
export const narrowingSchema = envelopeSchema
  .omit({ supplyVolts: true, dutySeconds: true })
  .extend({ maxAmperes: z.number().positive(), maxWidthSeconds: z.number().positive() })
  .partial()
  .strict();

export type Narrowing = z.infer<typeof narrowingSchema>;

/** Of a chip that names no envelope: what no pulse can leave. */
const boundless: Envelope = {
  supplyVolts: Number.MIN_VALUE,
  maxPulseJoules: Number.MAX_VALUE,
  maxPulsesPerCell: 2 ** 32 - 1,
  maxDuty: 1,
  dutySeconds: Number.MAX_VALUE,
  minKelvin: Number.MIN_VALUE,
  maxKelvin: Number.MAX_VALUE,
};

/**
 * The descriptor with the narrower limits.
 * @throws LabError LIMIT for a limit that would be wider than the chip's, for limits that contradict each other, and for an energy or a
 * duty on a chip that does not say its supply voltage or over which time the duty counts; each is named.
 */
export function narrowed(descriptor: Descriptor, narrowing: Narrowing): Descriptor {
  const { maxAmperes, maxWidthSeconds, ...limits } = narrowing;
  const own: Envelope | undefined = descriptor.envelope;
  if (own === undefined) assertWithoutEnvelope(limits);
  const known = { ...(own ?? boundless), ...descriptor.program };
  for (const [name, wanted] of Object.entries(narrowing))
    assertNarrower(name, wanted, Reflect.get(known, name));
  const program = {
    ...descriptor.program,
    ...(maxAmperes !== undefined && { maxAmperes }),
    ...(maxWidthSeconds !== undefined && { maxWidthSeconds }),
  };
  const envelope = envelopeSchema.parse({ ...(own ?? boundless), ...given(limits) });
  if (program.maxWidthSeconds < program.minWidthSeconds)
    throw refused("maxWidthSeconds", `${program.maxWidthSeconds} s is below the chip's minWidthSeconds`);
  const fault = envelopeFault(envelope, program);
  if (fault !== undefined) throw refused("the envelope", fault);
  const unlimited = own === undefined && Object.keys(given(limits)).length === 0;
  return { ...descriptor, program, ...(!unlimited && { envelope }) };
}

function assertWithoutEnvelope({ maxPulseJoules, maxDuty }: Narrowing): void {
  if (maxPulseJoules !== undefined)
    throw refused("maxPulseJoules", "the chip does not say the supply voltage of its pulses");
  if (maxDuty !== undefined)
    throw refused("maxDuty", "the chip does not say over which time its duty counts");
}

const given = (limits: object): object =>
  Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));

function assertNarrower(name: string, wanted: number | undefined, allowed: number): void {
  if (wanted === undefined) return;
  const wider = name.startsWith("min") ? wanted < allowed : wanted > allowed;
  if (wider) throw refused(name, `${wanted} is wider than the ${allowed} that the chip allows`);
}

const refused = (name: string, why: string): LabError =>
  new LabError("LIMIT", `${name}: ${why}`, {
    next: "an envelope can be narrowed, not widened; `pcmlab identify` prints what the chip allows",
  });
