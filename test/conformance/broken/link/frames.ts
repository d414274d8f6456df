/** Boards that break what a frame is (SPEC.md, 17.1). */

// biome-ignore-all lint/suspicious/noControlCharactersInRegex: lines with frames hold any byte.

import { cobsDecode } from "../../../../firmware-protocol/frame/cobs.ts";
import { frameKinds } from "../../../../firmware-protocol/frame/frame.ts";
import { bytesOf } from "../../../../src/core/bytes.ts";
import { control, hears, hearsBytes, hearsText, inside, type LinkBroken } from "./case.ts";

/** The frame that a damaged piece would be if its checksum were not looked at. */
function believed(piece: Uint8Array): Uint8Array {
  const body = new Uint8Array(piece.length);
  const length = cobsDecode(piece, 0, piece.length, body) ?? 0;
  const view = new DataView(body.buffer);
  const kind = frameKinds[view.getUint8(0) - 1];
  if (kind === undefined || length < 14) return piece;
  return inside({
    kind,
    session: view.getUint32(1, true),
    sequence: view.getUint16(5, true),
    acknowledgement: view.getUint16(7, true),
    window: view.getUint8(9),
    payload: body.slice(10, length - 4).map((byte) => byte ^ 0x80),
  });
}

/** Drops the frame behind what `isTrouble` says. */
const stumbling = (isTrouble: (piece: Uint8Array, isFrame: boolean) => boolean) =>
  hearsBytes(() => {
    let trouble = false;
    return (piece, frame) => {
      const dropped = trouble;
      trouble = isTrouble(piece, typeof frame !== "string");
      return dropped ? [] : [piece];
    };
  });

export const linkFrameCases: readonly LinkBroken[] = [
  {
    name: "looks at no checksum",
    fault: hearsBytes(() => (piece, frame) => [frame === "badCrc" ? believed(piece) : piece]),
    fails: ["link.flipped-bits"],
  },
  {
    name: "takes what follows half a frame for its other half",
    fault: stumbling((piece, isFrame) => !isFrame && piece.length < 10 && piece[0] === 6),
    fails: ["link.cut"],
  },
  {
    name: "has room for less than P bytes",
    fault: hears(() => (frame) => (frame.payload.length > 1000 ? [] : [frame])),
    fails: ["link.payload"],
  },
  {
    name: "counts data without a payload",
    fault: hears(
      () => (frame) =>
        frame.kind === "data" && frame.payload.length === 0
          ? [{ ...frame, payload: bytesOf("\n") }]
          : [frame],
    ),
    fails: ["link.empty"],
  },
  {
    name: "takes the beginning of a frame that is too long",
    fault: hears(() => (frame) => [{ ...frame, payload: frame.payload.slice(0, 1024) }]),
    fails: ["link.too-long"],
  },
  {
    name: "loses a frame behind a flood",
    fault: stumbling((piece) => piece.length > 2000 && piece[0] === 0xff),
    fails: ["link.flood"],
  },
  {
    name: "takes frames of kinds that it does not know for ping",
    fault: hearsBytes(() => {
      let session = 1;
      return (piece, frame) => {
        if (typeof frame !== "string") session = frame.session;
        return frame === "unknownKind"
          ? [inside(control("accept", session)), inside(control("ping", 99))]
          : [piece];
      };
    }),
    fails: ["link.unknown-kind"],
  },
  {
    name: "wants a delimiter of its own before each frame",
    fault: hearsText(() => (text) => text.replace(/^[\x06\x07][^\0]*(?=\0)/, "")),
    fails: ["link.lost-delimiter"],
  },
  {
    name: "takes three delimiters for something",
    fault: hearsText(() => (text) => (text.startsWith("\0\0\0") ? "\0" : text)),
    fails: ["link.delimiters"],
  },
];
