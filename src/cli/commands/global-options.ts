/** Options that every command has. */

export const globalOptions = {
  json: { type: "boolean", default: false, describe: "print one JSON document on stdout", global: true },
  quiet: { type: "boolean", default: false, describe: "no progress and remarks on stderr", global: true },
  verbose: { type: "boolean", default: false, describe: "stack traces with errors", global: true },
  config: {
    type: "string",
    describe: "file of settings, pcmlab.toml in the current folder when missing; --no-config for none",
    global: true,
  },
} as const;
