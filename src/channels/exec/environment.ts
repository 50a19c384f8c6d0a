import { byteLength, cutBytes } from '../../kit/text.ts';
import type { Message } from '../../model/delivery.ts';

const maxValue = 4096;
const maxTogether = 64 * 1024;

/**
 * All that a command's environment holds: our own PATH, HOME and LANG, and the alert as `BIRD_…`.
 * Log text in it is data: control characters become blanks, a value ends after 4 KiB, all together
 * after 64 KiB (of UTF-8).
 */
export function environmentOf(
  { payload }: Message,
  ours: { readonly [name: string]: string | undefined },
): { [name: string]: string } {
  const environment: { [name: string]: string } = {};
  for (const name of ['PATH', 'HOME', 'LANG']) {
    const value = ours[name];
    if (value !== undefined) environment[name] = value;
  }
  let left = maxTogether;
  for (const [name, text] of variables(payload)) {
    if (name in environment) continue;
    const value = cutBytes(text.replace(/\p{Cc}/gu, ' '), Math.min(maxValue, left));
    left -= byteLength(value) + name.length + 2;
    if (left < 0) break;
    environment[name] = value;
  }
  return environment;
}

function variables(payload: Message['payload']): [name: string, value: string][] {
  return [
    ['BIRD_ID', payload.id],
    ['BIRD_RULE', payload.rule],
    ['BIRD_SEVERITY', payload.severity],
    ['BIRD_STATUS', payload.status],
    ['BIRD_KEY', payload.key.join(' ')],
    ['BIRD_COUNT', String(payload.count)],
    ['BIRD_TITLE', payload.title],
    ...Object.entries(payload.groups).map(([name, value]): [string, string] => [fieldName(name), value]),
  ];
}

const fieldName = (group: string): string =>
  `BIRD_FIELD_${group
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_')
    .slice(0, 100)}`;
