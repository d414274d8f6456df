/** What of a config file takes effect for one command line. */

import type { Setting } from "./file-settings.ts";

export interface Configuration {
  /** Undefined when there is no file. */
  readonly file: string | undefined;
  /** What takes effect, without what flags override. */
  readonly settings: readonly Setting[];
}

export const noConfiguration: Configuration = { file: undefined, settings: [] };

/** The settings as the flags that would have done the same, for records. */
export const asFlags = (settings: readonly Setting[]): string[] =>
  settings.map(({ option, value }) => `--${option}=${[value].flat().join(",")}`);

/** The settings as yargs takes them: flags count before them, and they before defaults. */
export const asObject = (settings: readonly Setting[]): object =>
  Object.fromEntries(settings.map(({ option, value }) => [option, value]));
