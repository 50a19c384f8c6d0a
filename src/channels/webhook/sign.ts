import { createHmac } from 'node:crypto';
import type { Instant } from '../../model/time.ts';
import type { Secret } from '../secret.ts';

/**
 * The header by which a receiver knows that a request is ours and new: `t=SECONDS,v1=HEX`, where HEX is
 * HMAC-SHA256 over `SECONDS.BODY`. Receivers compare in constant time and refuse an old SECONDS.
 */
export function signatureOf(body: string, key: Secret, now: Instant): string {
  const seconds = Math.floor(now / 1000);
  const hex = createHmac('sha256', key.reveal()).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${hex}`;
}
