/** What the emulated board is on a USB bus: its ids, its endpoints, its place. */

/** pid.codes' vendor id, and the product id that it leaves to everybody for testing; never ship a board with it (https://pid.codes/1209/0001). */
export const vendorId = 0x1209;
export const productId = 0x0001;

export const bulkOutEndpoint = 0x01;
export const bulkInEndpoint = 0x82;
/** wMaxPacketSize of a bulk endpoint at high speed (USB 2.0, 5.8.3). */
export const packetBytes = 512;

/** Where USB/IP says that it is plugged in: bus 1, port 1. */
export const busId = "1-1";
export const busNumber = 1;
export const deviceNumber = 2;

/** What its string descriptors say. */
export interface DeviceStrings {
  readonly manufacturer: string;
  readonly product: string;
  readonly serialNumber: string;
}
