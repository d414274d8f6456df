/** What the operating system says of a serial port before it is opened, and whether a board may be behind it. */

export interface PortFacts {
  readonly path: string;
  /** Of the USB device that makes the port, four hexadecimal digits each; missing for ports that are not on USB. */
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
  /** Of the USB bridge, not of the chip behind it. */
  readonly serialNumber?: string | undefined;
  readonly manufacturer?: string | undefined;
}

export interface SerialPorts {
  /** @throws LabError ENVIRONMENT when the system cannot say. */
  list(): Promise<readonly PortFacts[]>;
  /** What a path leads to (/dev/serial/by-id/... is a link); the path itself where it leads nowhere. */
  behind(path: string): Promise<string>;
}

/**
 * Vendors of serial bridges and of microcontrollers with USB of their own, as the USB ID repository names them. Phones, modems and
 * GPS receivers make serial ports too; they are not asked unless the user says so.
 */
const knownVendors: Readonly<Record<string, string>> = {
  "0403": "FTDI",
  "0483": "STMicroelectronics",
  "04b4": "Infineon (Cypress)",
  "04d8": "Microchip",
  "03eb": "Microchip (Atmel)",
  "067b": "Prolific",
  "0d28": "Arm (DAPLink)",
  "10c4": "Silicon Labs",
  "1209": "pid.codes",
  "1366": "SEGGER",
  "16c0": "Van Ooijen (V-USB, Teensy)",
  "16d0": "MCS",
  "1915": "Nordic Semiconductor",
  "1a86": "WCH",
  "1fc9": "NXP",
  "2341": "Arduino",
  "239a": "Adafruit",
  "2a03": "Arduino",
  "2e8a": "Raspberry Pi",
  "303a": "Espressif",
};

/** Ports of radios and of devices nobody programs chips with, by the names that Linux, macOS and Windows give them. */
const implausibleName = /bluetooth|rfcomm|modem|wwan|debug-console|wlan/i;

/** On USB, and no radio: a port that may be asked when the user wants all of them asked. */
export const onUsb = ({ path, vendorId, manufacturer }: PortFacts): boolean =>
  vendorId !== undefined && !implausibleName.test(`${path} ${manufacturer ?? ""}`);

/** A port of a vendor whose bridges and microcontrollers boards are made of. */
export const plausible = (port: PortFacts): boolean =>
  onUsb(port) && knownVendors[port.vendorId?.toLowerCase() ?? ""] !== undefined;
