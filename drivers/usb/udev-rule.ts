/** The rule that lets people at a Linux machine open the board; without one only root may. */

/** The user at the desktop (uaccess) and, for machines without one, the group plugdev. */
export const udevRule = (vendorId: number, productId: number): string =>
  `SUBSYSTEM=="usb", ATTR{idVendor}=="${id(vendorId)}", ATTR{idProduct}=="${id(productId)}", MODE="0660", GROUP="plugdev", TAG+="uaccess"`;

const id = (value: number): string => value.toString(16).padStart(4, "0");
