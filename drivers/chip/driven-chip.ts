/** A chip of somebody else's driver, checked: what it is when it is opened, and what it answers every time. */

import { type Descriptor, descriptorSchema } from "../../src/chip/descriptor.ts";
import { assertCurrentsAllowed, currentsFeature } from "../../src/chip/limits.ts";
import { lockFeature } from "../../src/chip/lock.ts";
import { type MvmRequest, vectorsOf } from "../../src/chip/mvm.ts";
import type { OpenedChip } from "../../src/chip/opened-chip.ts";
import { type PulseReceipt, type PulseTrain, pulsesIn } from "../../src/chip/pulse.ts";
import { cellCount, type Region, regionText } from "../../src/chip/region.ts";
import { LabError, textOf } from "../../src/core/errors.ts";
import { drivenLock, lockFault } from "./driven-lock.ts";
import type { DrivenChip } from "./driver-module.ts";

const methods = ["read", "pulse", "mvm", "temperature", "now", "waitUntil", "safeOff", "close"] as const;

/** @param value what `openChip` of the driver gave. @throws LabError DRIVER when it is no Chip. */
export async function drivenChip(value: unknown, driver: string, address: string): Promise<OpenedChip> {
  const fault = faultOf(value);
  if (fault !== undefined || !isChip(value)) throw wrong(driver, `opened something that ${fault}`);
  const descriptor = descriptorOf(value, driver);
  const call = <T>(name: string, ask: () => Promise<T>, faultIn: (answer: T) => string | undefined) =>
    checked(`${driver}: ${name}`, ask, faultIn);
  const time = (seconds: number) => (Number.isFinite(seconds) ? undefined : `gave the number ${seconds}`);
  const currentBootId = async (): Promise<number> =>
    value.bootId === undefined ? 0 : call("bootId", async () => (await value.bootId?.()) ?? 0, time);
  return {
    resource: address,
    identification: value.identification ?? identificationOf(descriptor),
    bootId: await currentBootId(),
    currentBootId,
    descriptor,
    read: (region, options) =>
      call(
        "read",
        () => value.read(region, options),
        (readout) => codesFault(readout.codeSums, region) ?? samplesFault(readout),
      ),
    pulse: (region, train) =>
      call(
        "pulse",
        () => value.pulse(region, train),
        (receipt) => receiptFault(receipt, region, train),
      ),
    mvm: (request) =>
      call(
        "mvm",
        () => value.mvm(request),
        (readout) => outputsFault(readout.outputs, request) ?? samplesFault(readout),
      ),
    measureCurrents: (codes) =>
      call(
        "measureCurrents",
        async () => {
          assertCurrentsAllowed(descriptor, codes);
          return (await value.measureCurrents?.(codes)) ?? new Float32Array();
        },
        (amperes) => currentsFault(amperes, codes),
      ),
    temperature: () => call("temperature", () => value.temperature(), time),
    now: () => call("now", () => value.now(), time),
    waitUntil: (seconds, signal) => call("waitUntil", () => value.waitUntil(seconds, signal), time),
    ...(value.lock && descriptor.features.includes(lockFeature) && { lock: drivenLock(value.lock, call) }),
    safeOff: () => call("safeOff", () => value.safeOff(), nothingWrong),
    close: () => call("close", () => value.close(), nothingWrong),
  };
}

const nothingWrong = (): undefined => undefined;

function faultOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "is no object";
  const missing = methods.filter((name) => typeof Reflect.get(value, name) !== "function");
  return missing.length === 0 ? undefined : `lacks ${missing.join(", ")}`;
}

const isChip = (value: unknown): value is DrivenChip => faultOf(value) === undefined;

function descriptorOf(chip: DrivenChip, driver: string): Descriptor {
  const parsed = descriptorSchema.safeParse(chip.descriptor);
  if (parsed.success && parsed.data.features.includes(currentsFeature) && !chip.measureCurrents)
    throw wrong(driver, `announces ${currentsFeature} and lacks measureCurrents`);
  const fault = parsed.success ? lockFault(parsed.data.features, chip.lock) : undefined;
  if (fault !== undefined) throw wrong(driver, fault);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw wrong(driver, `gives a descriptor that is wrong at "${issue?.path.join(".")}": ${issue?.message}`);
}

/** An answer that is what was asked for; what a driver throws is an expected failure, whatever it is. */
async function checked<T>(
  what: string,
  ask: () => Promise<T>,
  faultIn: (answer: T) => string | undefined,
): Promise<T> {
  try {
    const value = await ask();
    const fault = faultIn(value);
    if (fault === undefined) return value;
    throw wrong(what, fault);
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    throw new LabError("DRIVER", `${what} failed: ${textOf(cause)}`, { cause, next: ownersNext });
  }
}

function codesFault(codeSums: Uint16Array, region: Region): string | undefined {
  const given = codeSums instanceof Uint16Array ? codeSums.length : Number.NaN;
  if (given === cellCount(region)) return undefined;
  return `gave ${given} codes as codeSums for ${cellCount(region)} cells of ${regionText(region)}`;
}

function receiptFault(receipt: PulseReceipt, region: Region, train: PulseTrain): string | undefined {
  const asked = pulsesIn(train);
  const { operationId, pulses, certainty, startSeconds, endSeconds } = receipt;
  if (pulses !== asked) return `acknowledged ${pulses} pulses of ${asked} on ${regionText(region)}`;
  if (certainty !== "acknowledged" && certainty !== "unknown") return `gave the certainty ${certainty}`;
  if (!(Number.isInteger(operationId) && operationId > 0)) return `gave the operation id ${operationId}`;
  return spanFault("pulses", startSeconds, endSeconds);
}

const samplesFault = (readout: {
  firstSampleSeconds: number;
  lastSampleSeconds: number;
}): string | undefined => spanFault("samples", readout.firstSampleSeconds, readout.lastSampleSeconds);

/** Chip times that JSON or a division made NaN, null or infinite would spoil every age that is computed from them. */
function spanFault(what: string, fromSeconds: number, untilSeconds: number): string | undefined {
  const ordered =
    Number.isFinite(fromSeconds) && Number.isFinite(untilSeconds) && fromSeconds <= untilSeconds;
  return ordered ? undefined : `gave ${what} from ${fromSeconds} s to ${untilSeconds} s`;
}

function outputsFault(outputs: Int16Array, request: MvmRequest): string | undefined {
  const asked = vectorsOf(request) * request.cells.columns;
  const given = outputs instanceof Int16Array ? outputs.length : Number.NaN;
  return given === asked ? undefined : `gave ${given} outputs where ${asked} were asked`;
}

function currentsFault(amperes: Float32Array, codes: Uint16Array): string | undefined {
  const given = amperes instanceof Float32Array ? amperes.length : Number.NaN;
  if (given !== codes.length) return `gave ${given} currents for ${codes.length} codes`;
  return amperes.every(Number.isFinite) ? undefined : "gave a current that is no number";
}

const identificationOf = ({ manufacturer, model, serialNumber, firmware }: Descriptor): string =>
  [manufacturer, model, serialNumber, firmware].join(",");

const ownersNext = "look into the driver; --verbose shows where it failed";

const wrong = (what: string, fault: string): LabError =>
  new LabError("DRIVER", `${what} ${fault}`, { next: ownersNext });
