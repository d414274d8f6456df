import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Alarm, Alarms } from "../../src/cli/campaign/alarms.ts";
import { campaignLog } from "../../src/cli/campaign/campaign-log.ts";
import { VirtualTimer } from "../drivers/virtual-timer.ts";
import { labErrorOf } from "../store/failure.ts";
import { freshPath } from "../store/temp-folder.ts";

const alarm: Alarm = {
  kind: "missed",
  level: "warning",
  text: "a slot was missed",
  campaign: 1,
  name: "drift",
  chip: "chip 1",
  store: "run.db",
  wallSeconds: 5,
};

async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
}

function alarmsWith(options: { webhook?: string; hook?: string }) {
  const failures: string[] = [];
  const timer = new VirtualTimer();
  const { webhook, hook } = options;
  return {
    alarms: new Alarms({ webhook, hook, timer, failed: (text) => failures.push(text) }),
    failures,
    timer,
  };
}

test("an alarm is given to the command as one line of JSON", async () => {
  const path = freshPath("heard.jsonl");
  const { alarms, failures } = alarmsWith({ hook: `cat > '${path}'` });
  alarms.ring(alarm);
  await alarms.settled();
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(alarm);
  expect(failures).toEqual([]);
});

test("what is only for the log rings nothing", async () => {
  const { alarms, failures } = alarmsWith({ hook: "exit 3" });
  alarms.ring({ ...alarm, kind: "state" });
  await alarms.settled();
  expect(failures).toEqual([]);
});

test("a command that fails, and an address that refuses or is not there, are told and hold nothing up", async () => {
  const refusing = await listening((_, response) => {
    response.statusCode = 500;
    response.end();
  });
  for (const [options, failure] of [
    [{ hook: "exit 3" }, "hook: `exit 3` ended with 3"],
    [{ webhook: refusing }, `webhook: ${refusing} answered 500`],
    [{ webhook: "http://127.0.0.1:1/" }, expect.stringMatching(/^webhook: /)],
  ] as const) {
    const { alarms, failures } = alarmsWith(options);
    alarms.ring(alarm);
    await alarms.settled();
    expect(failures).toEqual([failure]);
  }
});

test("an address that never answers and a command that never ends are given up after 10 s", async () => {
  let asked = (): void => {};
  const wasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const webhook = await listening(() => asked());
  const { alarms, failures, timer } = alarmsWith({ webhook, hook: "sleep 1000" });
  alarms.ring(alarm);
  await wasAsked;
  timer.advance(9.9);
  expect(failures).toEqual([]);
  timer.advance(0.2);
  await alarms.settled();
  expect(failures.toSorted()).toEqual(["hook: no answer within 10 s", "webhook: no answer within 10 s"]);
});

test("the log is a JSON document a line, with the time that it was given, at the end of what was there", () => {
  const path = freshPath("log.jsonl");
  const clock = { monotonicSeconds: () => 0, wallSeconds: () => 1e9 };
  for (const kind of ["board-lost", "board-back"] as const)
    campaignLog(path, 3, clock)({ kind, level: "warning", text: kind });
  const lines = readFileSync(path, "utf8").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ kind: "board-lost", time: "2001-09-09T01:46:40.000Z", campaign: 3, level: 40 }),
    expect.objectContaining({ kind: "board-back", msg: "board-back" }),
  ]);
  expect(labErrorOf(() => campaignLog(join(path, "x"), 3, clock)).code).toBe("ENVIRONMENT");
});
