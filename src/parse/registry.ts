import type { LineFormat } from './contract.ts';
import { json } from './json.ts';
import { logfmt } from './logfmt.ts';
import { plain } from './plain.ts';
import { rfc3164 } from './rfc3164.ts';
import { rfc5424 } from './rfc5424.ts';

/**
 * The line formats, in the order in which `auto` tries them. The last takes every record; of the others
 * at most one takes a record, so that what `auto` finds does not depend on what it saw before.
 */
export const lineFormats: readonly LineFormat[] = [rfc5424, rfc3164, json, logfmt, plain];
