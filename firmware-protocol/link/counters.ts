/** What a link counts. Transitions say what to count; nobody adds up twice. */

export const counterNames = [
  // Sent, each frame once.
  "dataSent",
  "retransmitted",
  "acknowledgementsSent",
  "pingsSent",
  "handshakesSent",
  "closesSent",
  "resetsSent",
  // Received with a good checksum, each frame once.
  "inOrder",
  "outOfOrder",
  "duplicates",
  "beyondWindow",
  "acknowledgements",
  "pings",
  "handshakes",
  "closes",
  "resets",
  "staleSession",
  "malformed",
  "unexpected",
  "badAcknowledgement",
  // Received, but no frame.
  "badCrc",
  "badCobs",
  "tooLong",
  "tooShort",
  "unknownKind",
  // Other.
  "garbageBytes",
  "plainBytes",
  "bytesSent",
  "bytesDelivered",
  "timeouts",
  "windowFull",
  "sessionsOpened",
  "sessionsFailed",
  "illegal",
] as const;

export type CounterName = (typeof counterNames)[number];
export type LinkCounters = Readonly<Record<CounterName, number>>;

const sentNames = counterNames.slice(0, counterNames.indexOf("inOrder"));
const receivedNames = counterNames.slice(counterNames.indexOf("inOrder"), counterNames.indexOf("badCrc"));
const faultNames = counterNames.slice(counterNames.indexOf("badCrc"), counterNames.indexOf("garbageBytes"));

const sum = (counters: LinkCounters, names: readonly CounterName[]): number =>
  names.reduce((total, name) => total + counters[name], 0);

/** Frames that left this side. */
export const framesSent = (counters: LinkCounters): number => sum(counters, sentNames);
/** Frames that came with a good checksum. */
export const framesReceived = (counters: LinkCounters): number => sum(counters, receivedNames);
/** What stood between delimiters and was no frame. */
export const framesDamaged = (counters: LinkCounters): number => sum(counters, faultNames);

export const zeroCounters = (): Record<CounterName, number> => {
  const zeros: Partial<Record<CounterName, number>> = {};
  for (const name of counterNames) zeros[name] = 0;
  return zeros as Record<CounterName, number>;
};
