/** A client that comes while another is there: what boards on TCP may do with it, and what breaks a rule. */

import { describe, expect, test } from "vitest";
import type { Transport } from "../../drivers/transport/transport.ts";
import { Firmware } from "../../mocks/firmware/firmware.ts";
import { allRules } from "../../src/conformance/rules/all.ts";
import { runConformance } from "../../src/conformance/run.ts";
import { bytesOf } from "../../src/core/bytes.ts";
import { LabError } from "../../src/core/errors.ts";
import { fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { cable, failed, faultsOf, type Line } from "./boards.ts";
import { EagerTimer } from "./eager-timer.ts";

/** What a second client meets: given the first one's line, its end of the line, or nothing when it is not taken. */
type Second = (firmware: Firmware, timer: EagerTimer, first: Line) => Transport | undefined;

const silent: Line = { receive: () => [], midMessage: false, silence: () => {} };

/** Says so unasked, and hangs up or not. */
const saying =
  (text: string, hangsUp: boolean): Second =>
  (_, timer) => {
    const transport = cable({ ...silent, receive: () => [bytesOf(text)] }, timer);
    void transport.write(bytesOf("\n"));
    if (hangsUp) void transport.close();
    return transport;
  };

const waiting: Second = (_, timer) => cable(silent, timer);
const served: Second = (firmware, timer) => cable(firmware.openLine(), timer);

/** A board that has one client at a time. */
async function checked(second: Second) {
  const timer = new EagerTimer();
  const firmware = new Firmware(fakeArray(mvmDescriptor), 1);
  let client: Line | undefined;
  const connect = async (): Promise<Transport> => {
    const first = client;
    const another = first && second(firmware, timer, first);
    if (another !== undefined) return another;
    if (first !== undefined) throw new LabError("PORT_MISSING", "nobody takes the connection");
    client = firmware.openLine();
    const transport = cable(client, timer);
    const close = async (): Promise<void> => {
      client = undefined;
      await transport.close();
    };
    return { ...transport, close };
  };
  const rules = allRules.filter(({ id }) => /^(connection|once)\./.test(id));
  const transport = await connect();
  return runConformance({ transport, timer, rules, pulses: true, cable: "tcp", connect });
}

describe("a board that", () => {
  test.each<[string, Second]>([
    ["says BUSY and hangs up", saying("BUSY,somebody is here,0,0\n", true)],
    ["takes no second connection", () => undefined],
    ["lets it wait", waiting],
    ["serves it, too", served],
  ])("%s keeps the rules", async (_, second) => {
    const report = await checked(second);
    expect(failed(report), faultsOf(report).join("\n")).toEqual([]);
    expect(report.results.filter(({ verdict }) => verdict.kind === "skip")).toEqual([]);
  });

  test.each<[string, Second, string[]]>([
    ["says BUSY in words of its own", saying("busy\n", true), ["connection.busy"]],
    ["says BUSY and stays", saying("BUSY,somebody is here,0,0\n", false), ["connection.busy"]],
    ["says more than BUSY", saying("BUSY,somebody is here,0,0\nBYE\n", true), ["connection.busy"]],
    ["hangs up without a word", saying("", true), ["connection.busy"]],
    [
      "resets its masks for a second client",
      (firmware, timer, first) => {
        first.receive(bytesOf("*ESE 0\n"));
        return served(firmware, timer, first);
      },
      ["connection.undisturbed"],
    ],
  ])("%s breaks one", async (_, second, fails) => {
    const report = await checked(second);
    expect(failed(report), faultsOf(report).join("\n")).toEqual(fails);
  });
});
