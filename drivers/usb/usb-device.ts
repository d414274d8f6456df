/** What this driver needs of a USB library: a part of WebUSB's USBDevice as the `usb` package extends it. */

export interface UsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  /** May throw where the system must ask the device and may not open it. */
  readonly serialNumber?: string | null;
  /** The active configuration. */
  readonly configuration: UsbConfiguration | null;
  open(): Promise<void>;
  close(): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  detachKernelDriver(interfaceNumber: number): Promise<void>;
  attachKernelDriver(interfaceNumber: number): Promise<void>;
  controlTransferIn(setup: ControlSetup, length: number, timeoutMilliseconds: number): Promise<InResult>;
  /** One transfer at a time on an endpoint. A transfer that times out throws, and what of it had come is lost. */
  transferIn(endpointNumber: number, length: number, timeoutMilliseconds: number): Promise<InResult>;
  transferOut(
    endpointNumber: number,
    data: Uint8Array<ArrayBuffer>,
    timeoutMilliseconds: number,
  ): Promise<OutResult>;
  clearHalt(direction: "in" | "out", endpointNumber: number): Promise<void>;
}

export interface UsbConfiguration {
  readonly configurationValue: number;
  readonly interfaces: readonly {
    readonly interfaceNumber: number;
    readonly alternate: UsbInterfaceSetting;
  }[];
}

interface UsbInterfaceSetting {
  readonly interfaceClass: number;
  readonly interfaceSubclass: number;
  readonly interfaceProtocol: number;
  readonly endpoints: readonly UsbEndpoint[];
}

export interface UsbEndpoint {
  readonly endpointNumber: number;
  readonly direction: "in" | "out";
  readonly type: string;
  /** wMaxPacketSize, bytes. */
  readonly packetSize: number;
}

interface ControlSetup {
  readonly requestType: "class";
  readonly recipient: "interface" | "endpoint";
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

export interface InResult {
  readonly status?: string | undefined;
  readonly data?: DataView | undefined;
}

export interface OutResult {
  readonly status?: string | undefined;
  readonly bytesWritten: number;
}

/** The USB of this machine. */
export interface UsbBackend {
  devices(): Promise<readonly UsbDevice[]>;
  /** The kernel's name for the driver of an interface; undefined where there is none or the system does not say. */
  driverOf(device: UsbDevice, interfaceNumber: number): Promise<string | undefined>;
}
