import { createCipheriv } from 'node:crypto';
import { unreachable } from '../../kit/assert.ts';

/**
 * Ways to encrypt, by their numbers in nsca.cfg. The others of mcrypt are not in OpenSSL; beware of 15
 * and 16, which are Rijndael with larger blocks and not AES with longer keys.
 */
export const encryptionMethods = [0, 1, 2, 3, 14] as const;

export type EncryptionMethod = (typeof encryptionMethods)[number];

/** Methods that are nothing without a password. */
export const needsPassword = (method: EncryptionMethod): boolean => method > 1;

/**
 * Encrypts the first packet of a connection as nsca does (src/utils.c): mcrypt's CFB with 8 bits of
 * feedback, the key being the password cut or filled with zeros to the longest key of the cipher.
 */
export function encrypt(method: EncryptionMethod, packet: Buffer, iv: Buffer, password: string): Buffer {
  switch (method) {
    case 0:
      return packet;
    case 1:
      return xor(packet, iv, Buffer.from(password));
    case 2: {
      // Triple DES with three equal keys is DES, which OpenSSL 3 no longer has by itself.
      const key = keyOf(password, 8);
      return cfb8('des-ede3-cfb8', Buffer.concat([key, key, key]), iv.subarray(0, 8), packet);
    }
    case 3:
      return cfb8('des-ede3-cfb8', keyOf(password, 24), iv.subarray(0, 8), packet);
    case 14:
      return cfb8('aes-256-cfb8', keyOf(password, 32), iv.subarray(0, 16), packet);
    default:
      return unreachable(method);
  }
}

/** XOR with the daemon's random bytes, then with the password. It hides nothing from who sees both. */
function xor(packet: Buffer, iv: Buffer, password: Buffer): Buffer {
  const result = Buffer.from(packet);
  for (let at = 0; at < result.length; at += 1) {
    const key = password.length === 0 ? 0 : (password[at % password.length] ?? 0);
    result[at] = (result[at] ?? 0) ^ (iv[at % iv.length] ?? 0) ^ key;
  }
  return result;
}

function keyOf(password: string, length: number): Buffer {
  const key = Buffer.alloc(length);
  Buffer.from(password).copy(key);
  return key;
}

function cfb8(cipher: string, key: Buffer, iv: Buffer, packet: Buffer): Buffer {
  const stream = createCipheriv(cipher, key, iv);
  return Buffer.concat([stream.update(packet), stream.final()]);
}
