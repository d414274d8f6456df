/** Where a board may have come back: its cable may be in another socket, so its serial port may have another name. */

import { type PortFacts, plausible } from "../serial/port-facts.ts";

export interface Lost {
  /** The name that it was first opened by. */
  readonly name: string;
  /** Its serial port as it was then; undefined when it was none, or none that the system lists. */
  readonly port: PortFacts | undefined;
}

/**
 * Names to try, the likeliest first: the old one, ports of the same USB serial number, then those of known vendors, since
 * the cable may have been exchanged for another one. A board that was not on USB comes back where it was.
 * @param ruledOut ports, as `portKey` names them, behind which another board answered.
 */
export function candidates(
  { name, port }: Lost,
  ports: readonly PortFacts[],
  ruledOut: ReadonlySet<string>,
): string[] {
  if (port === undefined) return [name];
  const others = ports.filter((other) => other.path !== port.path && !ruledOut.has(portKey(other)));
  const [same, different] = split(others, (other) => sameBridge(other, port));
  return [name, ...pathsOf(same), ...pathsOf(different.filter(plausible))];
}

/** A port and what is plugged in there: with another board in it, it is another one. */
export const portKey = ({ path, serialNumber = "" }: PortFacts): string => `${path} ${serialNumber}`;

const sameBridge = (a: PortFacts, b: PortFacts): boolean =>
  b.serialNumber !== undefined &&
  a.serialNumber === b.serialNumber &&
  a.vendorId === b.vendorId &&
  a.productId === b.productId;

function split<T>(values: readonly T[], test: (value: T) => boolean): [T[], T[]] {
  return [values.filter(test), values.filter((value) => !test(value))];
}

const pathsOf = (ports: readonly PortFacts[]): string[] => ports.map(({ path }) => path);
