import { expect, test } from "vitest";
import { paintFor } from "../../src/cli/colour.ts";
import { shownFailure } from "../../src/cli/failure.ts";
import { Progress } from "../../src/cli/progress.ts";
import { LabError } from "../../src/core/errors.ts";

const silent = { isVerbose: false, paint: paintFor(false) };

function watched(overwrite: boolean): {
  progress: Progress;
  text: () => string;
  pass: (seconds: number) => void;
} {
  let seconds = 100;
  let text = "";
  const clock = { monotonicSeconds: () => seconds, wallSeconds: () => 0 };
  const write = (more: string): void => {
    text += more;
  };
  const progress = new Progress({ what: "reading", unit: "devices", total: 1000, clock, write, overwrite });
  return {
    progress,
    text: () => text,
    pass: (more) => {
      seconds += more;
    },
  };
}

test("progress shows share, rate and time left, and writes over its line on a terminal", () => {
  const { progress, text, pass } = watched(true);
  progress.advance(100);
  expect(text()).toBe("");
  pass(10);
  progress.advance(150);
  expect(text()).toBe("\r\u001b[Kreading: 25 %, 25 devices/s, 30 s left");
  pass(30);
  progress.advance(750);
  progress.end();
  expect(text().endsWith("\r\u001b[Kreading: 1,000 devices in 40 s\n")).toBe(true);
});

test("in a log file it writes whole lines, seldom, without control characters", () => {
  const { progress, text, pass } = watched(false);
  for (let i = 0; i < 100; i++) {
    pass(0.3);
    progress.advance(10);
  }
  progress.end();
  expect(text().split("\n").length).toBeLessThanOrEqual(5);
  expect(text().includes("\r") || text().includes("\u001b")).toBe(false);
});

test("an expected failure is a line and a next step; the stack comes only when asked for", () => {
  const failure = new LabError("PORT_BUSY", "another program holds X", {
    next: "close it",
    cause: new Error("EBUSY"),
  });
  expect(shownFailure(failure, silent)).toEqual({
    text: "pcmlab: another program holds X [PORT_BUSY]\n  next: close it\n",
    exitCode: 3,
  });
  expect(shownFailure(failure, { ...silent, isVerbose: true }).text).toMatch(/caused by: .*EBUSY/);
  expect(shownFailure(new TypeError("oops"), silent)).toMatchObject({ exitCode: 70 });
  expect(shownFailure(new TypeError("oops"), silent).text).not.toMatch(/\n\s+at /);
});
