/** What `pcmlab devices` says when it could not look everywhere. */

import { expect, test } from "vitest";
import type { Finding } from "../../drivers/discovery/finding.ts";
import { tell } from "../../src/cli/actions/devices.ts";
import { Output } from "../../src/cli/output.ts";

const clock = { monotonicSeconds: () => 0, wallSeconds: () => 0 };

function bench() {
  let stdout = "";
  let stderr = "";
  const streams = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
  };
  const output = new Output(streams, clock, { json: true, quiet: true });
  return { output, printed: () => JSON.parse(stdout).devices, said: () => stderr };
}

const board: Finding = { resource: "TCPIP0::lab7::5025::SOCKET", kind: "board", identification: "a,b,c,d" };
const silent: Finding = {
  resource: "ASRL/dev/ttyUSB0::INSTR",
  kind: "trouble",
  code: "NO_ANSWER",
  message: "x",
};
const unlisted = (resource: string): Finding => ({
  resource,
  kind: "unlisted",
  code: "ENVIRONMENT",
  message: "y",
});

test("without a board, what could not be listed is a failure, told after the whole list", () => {
  const { output, printed } = bench();
  const found = [silent, unlisted("serial ports"), unlisted("USB")];
  expect(() => tell(found, output)).toThrow(
    expect.objectContaining({
      exitCode: 9,
      message: "no board was found, but serial ports and USB could not be listed",
      next: expect.any(String),
    }),
  );
  expect(printed()).toEqual(found);
});

test("with a board, it is a warning that --quiet does not hide", () => {
  const { output, printed, said } = bench();
  tell([board, unlisted("USB")], output);
  expect(printed()).toHaveLength(2);
  expect(said()).toBe("warning: USB could not be listed; a board there is missing in the list\n");
});

test("a place that does not answer, and an empty list, are no failure", () => {
  for (const found of [[silent], []]) {
    const { output, said } = bench();
    tell(found, output);
    expect(said()).toBe("");
  }
});
