/** What a search for boards finds at one place. */

import type { ErrorCode } from "../../src/core/errors.ts";

export interface Place {
  /** Its VISA resource name, which `--chip` takes. */
  readonly resource: string;
  /** Of the USB bridge or device; the same wherever it is plugged in. */
  readonly usbSerialNumber?: string | undefined;
  /** What the system calls it. */
  readonly label?: string | undefined;
}

export type Finding = Place &
  (
    | { readonly kind: "board"; readonly identification: string }
    /** Something is there, and it did not answer; `next` mends that. */
    | {
        readonly kind: "trouble";
        readonly code: ErrorCode;
        readonly message: string;
        readonly next?: string | undefined;
      }
    /** A whole kind of cable could not be listed, so nobody knows what is there. */
    | {
        readonly kind: "unlisted";
        readonly code: ErrorCode;
        readonly message: string;
        readonly next?: string | undefined;
      }
    /** Not asked, since asking may disturb what is there. */
    | { readonly kind: "left-alone"; readonly why: string }
  );
