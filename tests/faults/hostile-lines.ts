import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Chance } from './kill-plan.ts';

const packs = join(import.meta.dirname, '../../packs');

/** The names of all packs. */
export const packNames: readonly string[] = readdirSync(packs)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace(/\.yaml$/, ''));

/** The lines of the packs' own tests: what rules look for. */
const samples: readonly string[] = packNames.flatMap((name) => {
  const { tests } = parse(readFileSync(join(packs, `${name}.yaml`), 'utf8')) as { tests?: unknown };
  return stringsIn(tests).filter((text) => text.length > 20);
});

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split('\n');
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** What an attacker puts into a log. `PWNED` is a file that no shell may make. */
const evil: readonly string[] = [
  '\x1b[2J\x1b]0;owned\x07\x1b[31m',
  '\x9b31m\x85\x7f',
  '$(touch PWNED)',
  '`touch PWNED`',
  "'; touch PWNED; '",
  '"; touch PWNED #',
  '| touch PWNED &',
  '\u202e\u2066\u200f',
  '{{ line }}{% for i in (1..99999999) %}x{% endfor %}',
  '${jndi:ldap://x/a}%s%n',
  '\0',
  '\r',
  '__proto__ constructor toString',
  '{"a":{"__proto__":{"b":1}}}',
  '\ud800',
  '"\\',
  '<script>&amp;]]>',
  '\t\t  \v\f',
  'é👩‍👩‍👧‍👦ẞı',
];
const signs = ' :=[]{}()<>"\'\\/|;,.#%@-_0123456789abcxyz\xff\u0301';

/** One line of log, without its end: a line that rules look for, with pieces cut out, doubled, and put in. */
export function hostileLine(chance: Chance): string {
  let line = chance.below(8) === 0 ? noise(chance) : (samples[chance.below(samples.length)] ?? '');
  for (let changes = chance.below(4); changes > 0; changes--) {
    const at = chance.below(line.length + 1);
    const length = chance.below(12);
    switch (chance.below(4)) {
      case 0:
        line = line.slice(0, at) + line.slice(at + length);
        break;
      case 1:
        line = line.slice(0, at) + line.slice(at, at + length).repeat(1 + chance.below(200)) + line.slice(at);
        break;
      case 2:
        line = line.slice(0, at) + noise(chance) + line.slice(at);
        break;
      default:
        line = line.slice(0, at) + (evil[chance.below(evil.length)] ?? '') + line.slice(at);
    }
  }
  return line.replaceAll('\n', ' ').slice(0, 20_000);
}

function noise(chance: Chance): string {
  return Array.from({ length: chance.below(30) }, () => signs[chance.below(signs.length)] ?? '').join('');
}

/** What no terminal may be given: it would move a cursor, colour a screen, or turn text around. */
export const controls =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/;
