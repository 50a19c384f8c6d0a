import { z } from 'zod';
import { byteLength } from '../../kit/text.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import { notAuthorised, runAttempt } from '../attempt-course.ts';
import type { Attempt, Channel, ChannelKind } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { optionalPeer } from '../optional-peer.ts';
import { readSecret } from '../secret-file.ts';
import { authProtocols, type Identity, type Library, notify, privacyProtocols } from './notify.ts';
import { longestText, notificationOid, objectsOf } from './objects.ts';

const options = z
  .strictObject({
    server: z
      .string()
      .regex(/^[A-Za-z0-9_.:-]{1,253}$/, 'must be a host name or an address, without a port')
      .describe('Name or address of the machine that takes traps.'),
    port: z.int().min(1).max(65535).default(162).describe('Its UDP port.'),
    inform: z
      .boolean()
      .default(true)
      .describe(
        'An inform is confirmed by who takes it. false: a trap, of which nobody knows whether it came.',
      ),
    version: z
      .enum(['2c', '3'])
      .default('3')
      .describe('Version of SNMP. 2c goes over the network in the open.'),
    'community-file': z.string().optional().describe('File (mode 0600) with the community, for version 2c.'),
    user: z
      .string()
      .min(1)
      .max(32)
      .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII')
      .optional()
      .describe('Name of the user, for version 3.'),
    'auth-protocol': z
      .enum(authProtocols)
      .default('sha256')
      .describe('How messages of version 3 are signed.'),
    'auth-password-file': z
      .string()
      .optional()
      .describe('File (mode 0600) with the password of the user. Version 3 is not spoken without.'),
    'privacy-protocol': z
      .enum(privacyProtocols)
      .default('aes')
      .describe('How messages of version 3 are encrypted.'),
    'privacy-password-file': z
      .string()
      .optional()
      .describe('File (mode 0600) with the password to encrypt by. Absent: signed, but in the open.'),
    'engine-id': z
      .string()
      .regex(/^(?:[0-9A-Fa-f]{2}){5,32}$/, 'must be 10 to 64 hexadecimal digits')
      .optional()
      .describe(
        'Our engine ID, which a trap of version 3 needs and its taker must know; an inform needs none.',
      ),
    oid: z
      .string()
      .regex(/^1\.3\.6\.1\.4\.1(?:\.\d{1,10}){1,20}$/, 'must begin with 1.3.6.1.4.1')
      .default('1.3.6.1.4.1.32473.1')
      .describe('What the objects stand under, see BIRD-SENTINEL-MIB. 32473 is the number for examples.'),
    timeout: durationOption(millis(60_000))
      .default('10s')
      .describe('How long one message may take, from looking up the server to its confirmation.'),
  })
  .superRefine((given, context) => {
    const need = (option: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [option], message });
    if (given.version === '2c') {
      if (given['community-file'] === undefined) need('community-file', 'must be given for version 2c');
      return;
    }
    if (given.user === undefined) need('user', 'must be given for version 3');
    if (given['auth-password-file'] === undefined) need('auth-password-file', 'must be given for version 3');
    if (!given.inform && given['engine-id'] === undefined)
      need('engine-id', 'must be given for a trap of version 3');
  });

type Options = z.infer<typeof options>;

/** One datagram of at most some 1,400 bytes, which no network needs to cut. */
const trapShape: TextShape = { ...plainShape, limit: longestText, measure: byteLength, layout: 'line' };

/** A notification of SNMP, for those who watch their network by it. */
export const snmpTrap: ChannelKind<Options> = {
  kind: 'snmp-trap',
  summary: 'An SNMP inform or trap, version 2c or 3.',
  options,
  concurrency: 1,
  budgets: [],
  resolved: true,
  needs: 'npm package net-snmp',
  shownAgainst: 'snmptrapd 5.9.3',
  isSilent: true,
  shape: trapShape,
  open: async (options): Promise<Channel> => {
    const library: Library = (await optionalPeer('net-snmp', () => import('net-snmp'))).default;
    return { send: (attempt) => send(library, options, attempt), close: async () => undefined };
  },
};

async function send(library: Library, options: Options, attempt: Attempt): Promise<Delivery> {
  const identity = await identityOf(options);
  if ('detail' in identity) return notAuthorised(identity.detail);
  const { server, port, inform, oid } = options;
  const timeoutMs = durationOf(options.timeout);
  const notification = {
    oid: notificationOid(oid, attempt.message.payload),
    objects: objectsOf(oid, attempt),
    isConfirmed: inform,
  };
  return runAttempt({ timeoutMs, signal: attempt.signal }, (course) =>
    notify(library, { host: server, port, timeoutMs }, identity, course, notification),
  );
}

async function identityOf(options: Options): Promise<Identity | { readonly detail: string }> {
  if (options.version === '2c') {
    const community = await readSecret(options['community-file'] ?? '');
    return community.ok
      ? { version: '2c', community: community.secret.reveal() }
      : { detail: community.detail };
  }
  const password = await readSecret(options['auth-password-file'] ?? '');
  if (!password.ok) return { detail: password.detail };
  const signer = {
    version: '3',
    user: options.user ?? '',
    authProtocol: options['auth-protocol'],
    authPassword: password.secret.reveal(),
    engineId: options['engine-id'],
  } as const;
  const file = options['privacy-password-file'];
  if (file === undefined) return signer;
  const privacy = await readSecret(file);
  if (!privacy.ok) return { detail: privacy.detail };
  return { ...signer, privacy: { protocol: options['privacy-protocol'], password: privacy.secret.reveal() } };
}
