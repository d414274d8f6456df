import { describe, expect, test } from "vitest";
import { fakeArray, mvmDescriptor } from "../firmware/fake-array.ts";
import { checkedBoard, failed, faultsOf } from "./boards.ts";
import * as cases from "./broken-cases.ts";

describe.each(Object.entries(cases))("%s", (_, group) => {
  test.each(group)("a board that $name", async ({ fault, fails, array = () => fakeArray(mvmDescriptor) }) => {
    const report = await checkedBoard(array(), fault);
    expect(failed(report), faultsOf(report).join("\n")).toEqual([...fails]);
    expect(report.endedEarly).toBeUndefined();
  });
});
