import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadKinds } from '../../src/kit/kind-row.ts';
import { channelKinds as rows } from '../../src/channels/registry.ts';
import { unaligned, withTable } from './channel-table.ts';

const channelKinds = await loadKinds(rows);

const page = new URL('../../docs/channels.md', import.meta.url);

test('docs/channels.md has the table of all kinds (UPDATE_DOCS=1 npx vitest run tests/contracts/channel-table writes it anew, then npx oxfmt docs)', () => {
  const text = readFileSync(page, 'utf8');
  const written = withTable(text, channelKinds);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, written);
  expect(unaligned(readFileSync(page, 'utf8'))).toBe(unaligned(written));
});

test.each(channelKinds)('$kind says what it was shown against', ({ shownAgainst }) => {
  expect(shownAgainst).toMatch(/\w/);
});
