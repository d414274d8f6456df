/** A board that was left in a hurry gets nothing more: a pulse would switch its drives on again. */

import type { Chip } from "../chip/chip.ts";
import { LabError } from "../core/errors.ts";
import type { OpenBoards } from "./open-boards.ts";

/** A chip that takes no operation on its cells from the moment on that the boards are left. */
export function untilLeft(chip: Chip, boards: Pick<OpenBoards, "areLeft">): Chip {
  const unlessLeft = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (!boards.areLeft) return ask();
    throw new LabError("INTERRUPTED", "the board was left at once", { unsent: true });
  };
  const { onBoard } = chip;
  return {
    descriptor: chip.descriptor,
    read: (region, options) => unlessLeft(() => chip.read(region, options)),
    pulse: (region, train) => unlessLeft(() => chip.pulse(region, train)),
    ...(onBoard && {
      onBoard: { ...onBoard, start: (order, announce) => unlessLeft(() => onBoard.start(order, announce)) },
    }),
    mvm: (request) => unlessLeft(() => chip.mvm(request)),
    measureCurrents: (codes) => unlessLeft(() => chip.measureCurrents(codes)),
    temperature: () => chip.temperature(),
    now: () => chip.now(),
    waitUntil: (chipSeconds, signal) => chip.waitUntil(chipSeconds, signal),
    safeOff: () => chip.safeOff(),
    close: () => chip.close(),
  };
}
