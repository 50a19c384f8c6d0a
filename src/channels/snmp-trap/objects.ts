import { cutBytes } from '../../kit/text.ts';
import type { AlertPayload } from '../../model/delivery.ts';
import type { Attempt } from '../contract.ts';

/** An object of BIRD-SENTINEL-MIB with its value. */
export interface TrapObject {
  readonly oid: string;
  readonly value: string | number;
}

/** Most bytes of the text in one notification. */
export const longestText = 700;

const longestName = 100;

/** `birdAlertOpen` or `birdAlertResolved` of BIRD-SENTINEL-MIB. */
export const notificationOid = (root: string, { reason, status }: AlertPayload): string =>
  `${root}.0.${reason === 'resolved' || status === 'resolved' ? 2 : 1}`;

const severities = { info: 1, warning: 2, critical: 3 } as const;

/** The alert as objects of BIRD-SENTINEL-MIB; texts are UTF-8 and cut to what one datagram carries. */
export function objectsOf(root: string, { message, part }: Attempt): readonly TrapObject[] {
  const { payload } = message;
  const values: readonly (string | number)[] = [
    payload.id,
    name(payload.rule),
    name(payload.key.join(' ')),
    severities[payload.severity],
    name(payload.host ?? ''),
    Math.min(payload.count, 2 ** 32 - 1),
    payload.first,
    payload.last,
    cut(message.parts[part] ?? '', longestText),
  ];
  return values.map((value, index) => ({ oid: `${root}.1.${index + 1}.0`, value }));
}

const name = (text: string): string => cut(text, longestName);

const cut = (text: string, most: number): string =>
  cutBytes(text.replace(/[^\P{Cc}\n]/gu, ' ').replace(/\p{Surrogate}/gu, '\ufffd'), most);
