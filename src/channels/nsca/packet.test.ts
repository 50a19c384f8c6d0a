import { createDecipheriv } from 'node:crypto';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encrypt, encryptionMethods } from './cipher.ts';
import { dataPacket, packetFormats, readInitPacket } from './packet.ts';

const content = { timestamp: 1_763_632_806, code: 2, host: 'web1', service: 'app-log', output: 'disk full' };
const iv = Buffer.from(Array.from({ length: 128 }, (_, index) => (index * 37 + 11) % 256));

describe('a data packet', () => {
  it('has every field at its offset, and a CRC over the whole', () => {
    const packet = dataPacket(content, packetFormats[512], new Uint8Array(720).fill(0x55));
    expect(packet).toHaveLength(720);
    expect(packet.subarray(0, 4).toString('hex')).toBe('00030000');
    expect(packet.readUInt32BE(8)).toBe(content.timestamp);
    expect(packet.readInt16BE(12)).toBe(2);
    expect(packet.subarray(14, 20).toString('latin1')).toBe('web1\0U');
    expect(packet.subarray(78, 87).toString('latin1')).toBe('app-log\0U');
    expect(packet.subarray(206, 217).toString('latin1')).toBe('disk full\0U');
    expect(packet.subarray(716, 720).toString('latin1')).toBe('UUUU');
    const crc = packet.readUInt32BE(4);
    packet.writeUInt32BE(0, 4);
    expect(crc32(packet)).toBe(crc);
  });

  it('holds any text that fits, whole', () => {
    const text = (bytes: number) =>
      fc
        .string({ unit: 'grapheme', maxLength: bytes })
        .filter((value) => !value.includes('\0') && Buffer.byteLength(value) < bytes);
    const sizes = fc.constantFrom<keyof typeof packetFormats>(512, 4096);
    fc.assert(
      fc.property(sizes, text(64), text(128), text(512), (size, host, service, output) => {
        const format = packetFormats[size];
        const packet = dataPacket(
          { ...content, host, service, output },
          format,
          new Uint8Array(format.size).fill(1),
        );
        const read = (from: number): string => packet.toString('utf8', from, packet.indexOf(0, from));
        expect([read(14), read(78), read(206), packet.length]).toEqual([host, service, output, format.size]);
      }),
    );
  });

  it('refuses what does not fit, as our bug', () => {
    for (const bad of [
      { host: 'x'.repeat(64) },
      { service: 'x'.repeat(128) },
      { output: 'é'.repeat(256) },
      { output: 'a\0b' },
    ])
      expect(() => dataPacket({ ...content, ...bad }, packetFormats[512], new Uint8Array(720))).toThrow(
        'bug',
      );
  });
});

it('reads the greeting', () => {
  const bytes = Buffer.concat([iv, Buffer.from([0x69, 0x1e, 0xe5, 0x66])]);
  expect(readInitPacket(bytes)).toEqual({ iv, timestamp: 0x691ee566 });
});

describe('encryption', () => {
  const packet = dataPacket(content, packetFormats[4096], new Uint8Array(4304).fill(7));
  const zeros = (text: string, length: number): Buffer =>
    Buffer.concat([Buffer.from(text), Buffer.alloc(length)]).subarray(0, length);

  it.each(['', 's', 'secret', 'a password that is longer than any key can be', 'Schlüssel'])(
    'can be undone: %j',
    (password) => {
      const undo = (cipher: string, key: Buffer, ivLength: number, bytes: Buffer): Buffer =>
        createDecipheriv(cipher, key, iv.subarray(0, ivLength)).update(bytes);
      const des = zeros(password, 8);
      const undone = {
        0: (bytes: Buffer) => bytes,
        1: (bytes: Buffer) => encrypt(1, bytes, iv, password),
        2: (bytes: Buffer) => undo('des-ede3-cfb8', Buffer.concat([des, des, des]), 8, bytes),
        3: (bytes: Buffer) => undo('des-ede3-cfb8', zeros(password, 24), 8, bytes),
        14: (bytes: Buffer) => undo('aes-256-cfb8', zeros(password, 32), 16, bytes),
      };
      for (const method of encryptionMethods) {
        const sent = encrypt(method, packet, iv, password);
        expect(sent).toHaveLength(4304);
        if (method !== 0) expect(sent.equals(packet)).toBe(false);
        expect(undone[method](sent).equals(packet)).toBe(true);
      }
    },
  );

  it('by XOR goes round in the greeting and in the password', () => {
    const sent = encrypt(1, Buffer.alloc(300), iv, 'ab');
    expect(sent[0]).toBe((iv[0] ?? 0) ^ 0x61);
    expect(sent[129]).toBe((iv[1] ?? 0) ^ 0x62);
  });
});
