/** Files in which Linux tells of itself, below a root that a test may choose. What is not there is empty. */

import { constants } from "node:fs";
import { access, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";

export class SystemFiles {
  readonly #root: string;

  constructor(root = "/") {
    this.#root = root;
  }

  readonly names = (folder: string): Promise<string[]> => readdir(this.#at(folder)).catch(() => []);

  readonly text = (path: string): Promise<string> => readFile(this.#at(path), "utf8").catch(() => "");

  /** Where a link leads, as it is written. */
  readonly link = (path: string): Promise<string | undefined> =>
    readlink(this.#at(path)).catch(() => undefined);

  readonly groupOf = (path: string): Promise<number | undefined> =>
    stat(this.#at(path)).then(
      ({ gid }) => gid,
      () => undefined,
    );

  readonly isThere = (path: string): Promise<boolean> => this.#may(path, constants.F_OK);

  readonly mayUse = (path: string): Promise<boolean> => this.#may(path, constants.R_OK | constants.W_OK);

  #may(path: string, mode: number): Promise<boolean> {
    return access(this.#at(path), mode).then(
      () => true,
      () => false,
    );
  }

  #at(path: string): string {
    return join(this.#root, path);
  }
}
