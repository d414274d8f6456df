/** node greedy-client.js URL: asks a dashboard for everything, over several connections, as fast as it is answered, until it is killed. */

import { Agent, get, type IncomingMessage } from "node:http";

const connections = 8;
const paths = [
  "/",
  "/api/map",
  "/parts/drift",
  "/parts/conductance",
  "/api",
  "/style.css",
  "/parts/schedule",
];
const [url = ""] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: connections + 1 });
let answers = 0;
let refused = 0;
let bytes = 0;

const asked = (path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(new URL(path, url), { agent }, resolve).on("error", reject);
  });

async function asks(path: string): Promise<void> {
  try {
    const message = await asked(path);
    for await (const chunk of message) bytes += Buffer.byteLength(chunk);
    if (message.statusCode === 200) answers++;
    else refused++;
  } catch {
    refused++;
  }
}

async function asksOnAndOn(first: number): Promise<never> {
  for (let turn = first; ; turn++) await asks(paths[turn % paths.length] ?? "/");
}

process.on("SIGTERM", () => {
  process.stdout.write(`${JSON.stringify({ answers, refused, bytes })}\n`, () => process.exit(0));
});
const listening = await asked("/events");
listening.resume();
await Promise.all(Array.from({ length: connections }, (_, first) => asksOnAndOn(first)));
