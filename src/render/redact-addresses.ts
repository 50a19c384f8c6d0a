import { parseAddress } from '../match/address.ts';
import type { Pass } from './redact.ts';

const quad = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d]|\.\d)/g;
// Longer runs of such characters are no address, and are passed over as a whole.
const groups = /(?<![0-9A-Za-z:.])[0-9A-Fa-f:]{2,39}(?:\.\d{1,3}){0,3}(?![0-9A-Za-z:])/g;
const mail =
  /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.[A-Za-z]{2,24}(?![A-Za-z0-9])/g;

/** IP addresses of both kinds, and addresses of mail. Times (10:00:06) and MAC addresses stay. */
export const redactAddresses: Pass = (text, take) =>
  text
    .replace(mail, (found) => take(found))
    .replace(groups, (found) => (isGroups(found) ? take(found) : found))
    .replace(quad, (found) => (parseAddress(found) === undefined ? found : take(found)));

const isGroups = (found: string): boolean =>
  found.includes(':') && found !== '::' && found.split(':').length > 2 && parseAddress(found) !== undefined;
