import { crc32 } from 'node:zlib';
import { assert } from '../../kit/assert.ts';

/** What the daemon sends first: 128 bytes for the cipher and its clock (nsca, include/common.h). */
export interface InitPacket {
  readonly iv: Buffer;
  /** Seconds since the epoch by the daemon's clock. */
  readonly timestamp: number;
}

/** Bytes of an init packet. */
export const initPacketSize = 132;

/** Reads the packet that the daemon greets with; the bytes must be exactly as many. */
export function readInitPacket(bytes: Buffer): InitPacket {
  assert(bytes.length === initPacketSize, 'an init packet of its size');
  return { iv: Buffer.from(bytes.subarray(0, 128)), timestamp: bytes.readUInt32BE(128) };
}

/** Bytes for host, service and output in a packet; the last is always NUL. */
export interface PacketFormat {
  readonly size: number;
  readonly host: number;
  readonly service: number;
  readonly output: number;
}

/** By the bytes for output: 512 up to nsca 2.7, 4096 since 2.9. */
export const packetFormats = {
  512: { size: 720, host: 64, service: 128, output: 512 },
  4096: { size: 4304, host: 64, service: 128, output: 4096 },
} as const satisfies { readonly [output: number]: PacketFormat };

/** What one data packet says. An empty service means the host itself. */
export interface PacketContent {
  readonly timestamp: number;
  readonly code: number;
  readonly host: string;
  readonly service: string;
  readonly output: string;
}

const version = 3;
const offsets = { crc: 4, timestamp: 8, code: 12, host: 14 } as const;

/**
 * A data packet before encryption: integers big-endian, texts ended by NUL, a CRC-32 (zlib's) over the
 * whole with its own field zero. What no text fills is `noise`, so that equal alerts do not look equal.
 */
export function dataPacket(content: PacketContent, format: PacketFormat, noise: Uint8Array): Buffer {
  assert(noise.length === format.size, 'noise for a whole packet');
  const packet = Buffer.from(noise);
  packet.fill(0, 2, offsets.timestamp);
  packet.writeInt16BE(version, 0);
  packet.writeUInt32BE(content.timestamp, offsets.timestamp);
  packet.writeInt16BE(content.code, offsets.code);
  let at: number = offsets.host;
  for (const field of ['host', 'service', 'output'] as const) {
    writeText(packet.subarray(at, at + format[field]), content[field]);
    at += format[field];
  }
  packet.writeUInt32BE(crc32(packet), offsets.crc);
  return packet;
}

function writeText(field: Buffer, text: string): void {
  const bytes = Buffer.from(text);
  assert(bytes.length < field.length && !bytes.includes(0), 'a text that fits its field');
  bytes.copy(field);
  field[bytes.length] = 0;
}
