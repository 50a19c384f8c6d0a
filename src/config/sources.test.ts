import { describe, expect, test } from 'vitest';
import { loadKinds } from '../kit/kind-row.ts';
import { registries } from './registries.ts';
import { knowledgeOf } from './sources.ts';

const kinds = await loadKinds(registries.sources);

const formats = await registries.formats();

describe('what is known of the fields of a source', () => {
  test.each([
    [{ file: '/x' }, 'perhaps'],
    [{ file: '/x', format: 'plain' }, 'fixed'],
    [{ file: '/x', format: 'json' }, 'open'],
    [{ journal: true }, 'open'],
    [{ journal: true, format: 'plain' }, 'open'],
    [{ syslog: { listen: 'udp://:5514' }, format: 'rfc3164' }, 'open'],
    [null, 'perhaps'],
  ])('%j: %s', (source, expected) => {
    expect(knowledgeOf(source, kinds, formats)).toBe(expected);
  });
});
