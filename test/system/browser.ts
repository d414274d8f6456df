/** A real browser without a screen: Debian's chromium, driven by playwright-core. */

import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

const executable = process.env.PCMLAB_CHROMIUM ?? "/usr/bin/chromium";

/** Set by .ci/run where it has installed the browser: then nothing is skipped. */
const required = process.env.PCMLAB_BROWSER === "required";

/** Why there is no browser here; undefined when there is one, or must be. */
export const missingBrowser: string | undefined =
  required || existsSync(executable)
    ? undefined
    : `there is no ${executable}: run \`apt-get install -y chromium\`, or name one in PCMLAB_CHROMIUM`;

if (missingBrowser !== undefined)
  process.stderr.write(`SKIPPED: pages in a real browser: ${missingBrowser}\n`);

/** A page, and everything about it that should not have been. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, and requests to anywhere but the origin. */
  readonly complaints: string[];
}

/** It ends with the test. */
export async function openBrowser(): Promise<Browser> {
  // The sandbox of Chromium refuses to run as root, which is who runs in most containers.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath: executable, args });
  onTestFinished(() => browser.close());
  return browser;
}

/** @param origin the only place that the page may ask. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions,
): Promise<Watched> {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (failure) => complaints.push(failure.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
      complaints.push(request.url());
  });
  return { page, complaints };
}
