import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  type ECDH,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A browser that subscribed to a push service, and who may write to it. */
export interface Browser {
  readonly options: {
    readonly 'subscription-file': string;
    readonly 'vapid-public-key': string;
    readonly 'vapid-key-file': string;
  };
  /** What it reads of a message: RFC 8291, section 3.4 and RFC 8188, section 2. */
  read(body: Buffer): string;
  /** The claims of who sends it, if the signature holds: RFC 8292, sections 2 and 3. */
  sender(authorization: string): { readonly [claim: string]: unknown };
}

/** Puts into a folder what a browser and its owner would hand over. */
export function openBrowser(dir: string, endpoint: string): Browser {
  const own = createECDH('prime256v1');
  const vapid = createECDH('prime256v1');
  const publicKey = own.generateKeys();
  const vapidPublic = vapid.generateKeys();
  const auth = randomBytes(16);
  const subscriptionFile = join(dir, 'subscription.json');
  const vapidFile = join(dir, 'vapid.key');
  const keys = { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') };
  write(subscriptionFile, JSON.stringify({ endpoint, expirationTime: null, keys }));
  // Node leaves leading zeros out, in one key of 256; a key as services hand it out has 32 bytes.
  const vapidPrivate = vapid.getPrivateKey('hex').padStart(64, '0');
  write(vapidFile, Buffer.from(vapidPrivate, 'hex').toString('base64url'));
  return {
    options: {
      'subscription-file': subscriptionFile,
      'vapid-public-key': vapidPublic.toString('base64url'),
      'vapid-key-file': vapidFile,
    },
    read: (body) => decrypt(body, own, auth),
    sender: (authorization) => claimsOf(authorization, vapidPublic),
  };
}

/** The options of a browser that nobody looks at. */
export const browserFiles = (dir: string, endpoint: string): Browser['options'] =>
  openBrowser(dir, endpoint).options;

const write = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o600 });

function decrypt(body: Buffer, own: ECDH, auth: Buffer): string {
  const salt = body.subarray(0, 16);
  const keyLength = body.readUInt8(20);
  const theirs = body.subarray(21, 21 + keyLength);
  const record = body.subarray(21 + keyLength);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), own.getPublicKey(), theirs]);
  const secret = Buffer.from(hkdfSync('sha256', own.computeSecret(theirs), auth, info, 32));
  const key = hkdfSync('sha256', secret, salt, 'Content-Encoding: aes128gcm\0', 16);
  const nonce = hkdfSync('sha256', secret, salt, 'Content-Encoding: nonce\0', 12);
  const decipher = createDecipheriv('aes-128-gcm', Buffer.from(key), Buffer.from(nonce));
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
}

function claimsOf(authorization: string, publicKey: Buffer): { readonly [claim: string]: unknown } {
  const [, token = '', key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization) ?? [];
  if (key !== publicKey.toString('base64url')) throw new Error(`not our key: ${authorization}`);
  const [head = '', claims = '', signature = ''] = token.split('.');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: publicKey.subarray(1, 33).toString('base64url'),
    y: publicKey.subarray(33).toString('base64url'),
  };
  const signer = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(`${head}.${claims}`), signer, Buffer.from(signature, 'base64url')))
    throw new Error('the signature does not hold');
  return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
}
