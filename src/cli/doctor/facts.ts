/** What the doctor looks at. Collected by `collect/`, judged by `checks/`. */

export interface PortAccess {
  readonly path: string;
  readonly vendorId: string | undefined;
  readonly mayUse: boolean;
  /** The group that owns the port; undefined where groups have no names. */
  readonly group: string | undefined;
  /** The user is in that group, which counts from the next login on. */
  readonly isMember: boolean;
}

/** A program that has a port open. */
export interface Holder {
  readonly path: string;
  readonly pid: number;
  readonly program: string;
}

export interface UsbAccess {
  /** Four hexadecimal digits each. */
  readonly vendorId: string;
  readonly productId: string;
  readonly mayUse: boolean;
  /** What drives its interface; undefined for nothing. */
  readonly driver: string | undefined;
}

/** An interface of a USB device that should be a serial port. */
export interface Bridge {
  readonly vendorId: string;
  readonly productId: string;
  /** As /sys names the interface: 1-2:1.0. */
  readonly interface: string;
  readonly driver: string | undefined;
}

/** A folder in which something is kept. */
export interface Storage {
  readonly what: string;
  readonly folder: string;
  readonly mayWrite: boolean;
  /** Undefined where the system does not tell. */
  readonly freeBytes: number | undefined;
  /** The name of a file system whose files may be another host's; undefined for a local one. */
  readonly networkFileSystem: string | undefined;
}

export interface ClockFacts {
  readonly wallSeconds: number;
  /** Undefined where the system does not tell. */
  readonly isSynchronised: boolean | undefined;
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
  /** Others that have one of the ports open, as far as this user may see. */
  readonly holders: readonly Holder[];
  /** Whether the folder is there in which Linux lists USB devices. */
  readonly usbListed: boolean;
  /** USB boards that speak USBTMC under an id that is known. */
  readonly usbBoards: readonly UsbAccess[];
  /** Of vendors of serial bridges. */
  readonly bridges: readonly Bridge[];
  /** Whether the file with our udev rules is there. */
  readonly udevRules: boolean;
  /** Of FTDI bridges, in milliseconds. */
  readonly latencyTimers: readonly { readonly port: string; readonly milliseconds: number }[];
  /** Programs that open serial ports of others, and are running. */
  readonly intruders: readonly string[];
  readonly storage: readonly Storage[];
  readonly clock: ClockFacts;
}
