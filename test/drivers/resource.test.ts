import { describe, expect, test } from "vitest";
import { parseResource, type Resource } from "../../drivers/chip/resource.ts";
import { openFailure } from "../../drivers/serial/open-failure.ts";
import { labError } from "./scripted-transport.ts";

const serial = (path: string): Resource => ({ kind: "serial", path });
const usb = (
  vendorId: number,
  productId: number,
  serialNumber?: string,
  interfaceNumber?: number,
): Resource => ({
  kind: "usb",
  vendorId,
  productId,
  serialNumber,
  interfaceNumber,
});
const tcp = (host: string, port: number): Resource => ({ kind: "tcp", host, port });

describe("the name of a board", () => {
  test.each<[string, Resource]>([
    ["/dev/ttyACM0", serial("/dev/ttyACM0")],
    ["./fusion", serial("./fusion")],
    ["COM3", serial("COM3")],
    ["  /dev/ttyUSB1 ", serial("/dev/ttyUSB1")],
    ["ASRL/dev/ttyACM0::INSTR", serial("/dev/ttyACM0")],
    ["asrlCOM3::instr", serial("COM3")],
    ["/dev/serial/by-id/usb-1234:5678-if00", serial("/dev/serial/by-id/usb-1234:5678-if00")],
    ["localhost:5025", tcp("localhost", 5025)],
    ["tcp://board-7.lab.example:80", tcp("board-7.lab.example", 80)],
    ["192.168.0.9:1", tcp("192.168.0.9", 1)],
    ["[::1]:65535", tcp("::1", 65_535)],
    ["TCPIP0::192.168.0.9::5025::SOCKET", tcp("192.168.0.9", 5025)],
    ["tcpip::board::5025::socket", tcp("board", 5025)],
    ["USB0::0x1209::0x0001::FUSION-1::INSTR", usb(0x1209, 1, "FUSION-1")],
    ["usb::4617::1::Fusion-1::instr", usb(0x1209, 1, "Fusion-1")],
    ["USB0::0x1209::0x0001::INSTR", usb(0x1209, 1)],
    ["USB1::0xABCD::0x00ef::42::2::INSTR", usb(0xabcd, 0xef, "42", 2)],
  ])("%s", (name, resource) => expect(parseResource(name)).toEqual(resource));

  test.each([
    "",
    "   ",
    "host:0",
    "host:65536",
    "127.0.0.1:abc",
    "127.0.0.1:",
    "localhost:5025x",
    "tcp://lab7:abc",
    "TCPIP0::host::99999::SOCKET",
    "TCPIP0::host::INSTR",
    "USB0::0x1234::INSTR",
    "USB0::0x1234::model::42::INSTR",
    "USB0::0x12345::0x5678::42::INSTR",
    "USB0::0x1234::0x5678::42::0::more::INSTR",
    "USB0::0x1234::0x5678::::INSTR",
    "USB0::0x1234::0x5678::42::RAW",
    "GPIB0::9::INSTR",
  ])("%j is refused with what to write instead", (name) => {
    expect(() => parseResource(name)).toThrow(
      expect.objectContaining({ ...labError("USAGE"), next: expect.stringContaining("SOCKET") }),
    );
  });
});

test.each([
  ["Error: No such file or directory, cannot open /dev/x", "PORT_MISSING"],
  ["Opening COM9: File not found", "PORT_MISSING"],
  ["Error Resource temporarily unavailable Cannot lock port", "PORT_BUSY"],
  ["Error: Permission denied, cannot open /dev/x", "PORT_PERMISSION"],
  ["Opening COM3: Access denied", "PORT_PERMISSION"],
  ["Inappropriate ioctl for device", "PORT_MISSING"],
])("the system's %j is %s", (text, code) => {
  const cause = new Error(text);
  expect(openFailure("/dev/x", cause)).toMatchObject({
    ...labError(code),
    cause,
    message: expect.stringContaining("/dev/x"),
    next: expect.stringMatching(/./),
  });
});
