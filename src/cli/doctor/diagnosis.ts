/** What a check says of a machine. */

export interface Diagnosis {
  /** `note`: worth knowing. `warning`: slower or less reliable. `problem`: something cannot work. */
  readonly level: "fine" | "note" | "warning" | "problem";
  readonly subject: string;
  readonly text: string;
  /** The command that mends it. */
  readonly mend?: string | undefined;
}
