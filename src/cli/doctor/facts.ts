/** What the doctor looks at. Collected by collect.ts, judged by checks.ts. */

export interface PortAccess {
  readonly path: string;
  readonly vendorId: string | undefined;
  readonly mayUse: boolean;
  /** The group that owns the port; undefined where groups have no names. */
  readonly group: string | undefined;
}

export interface UsbAccess {
  /** Four hexadecimal digits each. */
  readonly vendorId: string;
  readonly productId: string;
  readonly mayUse: boolean;
}

export interface Facts {
  /** As process.platform says it. */
  readonly platform: string;
  /** As process.version says it. */
  readonly nodeVersion: string;
  readonly user: string;
  /** Names of packages with native code, and why one does not load. */
  readonly modules: readonly { readonly name: string; readonly failure: string | undefined }[];
  readonly ports: readonly PortAccess[];
  /** Why the serial ports could not be listed. */
  readonly portsFailure: string | undefined;
  /** USB boards that speak USBTMC under an id that is known. */
  readonly usbBoards: readonly UsbAccess[];
  /** Whether the file with our udev rules is there. */
  readonly udevRules: boolean;
  /** Of FTDI bridges, in milliseconds. */
  readonly latencyTimers: readonly { readonly port: string; readonly milliseconds: number }[];
  /** Programs that open serial ports of others, and are running. */
  readonly intruders: readonly string[];
}
