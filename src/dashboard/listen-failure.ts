/** Why a server cannot be where it was asked to be. */

import { LabError } from "../core/errors.ts";

/** A LabError for what the system said about an address; anything else is handed back as it is. */
export function listenFailure(host: string, port: number, cause: unknown): unknown {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : "";
  const where = `${host}:${port}`;
  if (code === "EADDRINUSE")
    return new LabError("PORT_BUSY", `${where} is in use by another program`, {
      next: "choose another with --port, or 0 for one that is free",
      cause,
    });
  if (code === "EACCES")
    return new LabError("PORT_PERMISSION", `${where} may not be used by this user`, {
      next: "choose a --port from 1024 on",
      cause,
    });
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN")
    return new LabError("USAGE", `--host ${host} is no address of this machine`, {
      next: "leave it away, or name one that `ip address` shows; 0.0.0.0 for all of them",
      cause,
    });
  return cause;
}
