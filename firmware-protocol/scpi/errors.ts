/** Error numbers of SCPI-99 (volume 2, section 21.8) that this protocol uses, and its own positive ones. */

export const scpiErrors = {
  0: "No error",
  [-100]: "Command error",
  [-101]: "Invalid character",
  [-102]: "Syntax error",
  [-104]: "Data type error",
  [-108]: "Parameter not allowed",
  [-109]: "Missing parameter",
  [-113]: "Undefined header",
  [-161]: "Invalid block data",
  [-200]: "Execution error",
  [-222]: "Data out of range",
  [-223]: "Too much data",
  [-310]: "System error",
  [-350]: "Queue overflow",
  [-363]: "Input buffer overrun",
  1001: "Operation id already used",
  1002: "Unknown feature",
  1003: "Programming under way",
  1004: "No such programming",
  1005: "Chip locked",
} as const;

export type ScpiErrorNumber = keyof typeof scpiErrors;

/** A refusal with its SCPI number; `detail` names the parameter, the limit and the value. */
export class ScpiFault extends Error {
  readonly number: ScpiErrorNumber;

  constructor(number: ScpiErrorNumber, detail = "") {
    super(detail === "" ? scpiErrors[number] : `${scpiErrors[number]};${detail}`);
    this.name = "ScpiFault";
    this.number = number;
  }
}

/**
 * The bit of the standard event status register (IEEE 488.2, 11.5.1) that an error sets:
 * command 32, execution 16, device-dependent 8, query 4.
 */
export function eventBitOf(error: number): number {
  if (error <= -100 && error > -200) return 32;
  if (error <= -200 && error > -300) return 16;
  if (error <= -400 && error > -500) return 4;
  return error === 0 ? 0 : 8;
}
