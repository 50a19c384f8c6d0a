import { describe, expect, it } from 'vitest';
import { loadKinds } from '../../src/kit/kind-row.ts';
import { channelKinds as rows } from '../../src/channels/registry.ts';
import { complaints } from '../contracts/config-texts.ts';

const channelKinds = await loadKinds(rows);

const accepts = (kind: string, options: object): boolean =>
  channelKinds.find((one) => one.kind === kind)?.options.safeParse(options).success ?? expect.fail();

const server = 'https://chat.example.org';
const token = { 'token-file': '/t' };
const url = { 'url-file': '/u' };
const mattermost = { server, ...token, channel: 'abcdefghijklmnopqrstuvwxyz' };
const rocketchat = { server, ...token, 'user-id': 'u1', room: '#alerts' };
const zulip = { server, user: 'bot@example.org', ...token };
const matrix = { server, ...token, room: '!a:example.org' };

describe('the options of chats', () => {
  it.each<[string, object]>([
    ['slack', { ...token, channel: 'C1' }],
    ['slack', { ...token, channel: '#alerts', thread: false, 'resolve-by': 'edit' }],
    ['slack', url],
    ['discord', url],
    ['discord', { ...url, 'thread-id': '1', username: 'Bird', silent: ['info', 'resolved'] }],
    ['teams', url],
    ['telegram', { ...token, chat: '-1001' }],
    ['telegram', { ...token, chat: '@alerts', topic: 3, silent: ['warning'] }],
    ['matrix', { ...matrix, type: 'notice', follow: 'thread' }],
    ['matrix', { ...matrix, room: '!v12withoutserver' }],
    ['mattermost', mattermost],
    ['mattermost', url],
    ['rocketchat', rocketchat],
    ['rocketchat', { ...rocketchat, room: '@alice' }],
    ['rocketchat', url],
    ['zulip', { ...zulip, channel: 'ops' }],
    ['zulip', { ...zulip, channel: 'ops', topic: 'alerts' }],
    ['zulip', { ...zulip, to: ['a@example.org'] }],
  ])('%s takes %j', (kind, options) => {
    expect(accepts(kind, options)).toBe(true);
    expect(accepts(kind, { ...options, timeout: '30s' })).toBe(true);
    expect(accepts(kind, { ...options, timeout: '1h' })).toBe(false);
    expect(accepts(kind, { ...options, tokn: 'x' })).toBe(false);
  });

  it.each<[string, object]>([
    ['slack', {}],
    ['slack', token],
    ['slack', { channel: 'C1' }],
    ['slack', { ...token, ...url, channel: 'C1' }],
    ['slack', { ...url, channel: 'C1' }],
    ['slack', { ...token, channel: 'two words' }],
    ['discord', {}],
    ['discord', { ...url, 'thread-id': 'general' }],
    ['teams', {}],
    ['telegram', token],
    ['telegram', { ...token, chat: -1001 }],
    ['telegram', { ...token, chat: 'alerts' }],
    ['telegram', { ...token, chat: '1', silent: ['loud'] }],
    ['matrix', { ...matrix, room: '#alias:example.org' }],
    ['matrix', { ...matrix, room: '!a/../b' }],
    ['matrix', { ...matrix, server: 'matrix.example.org' }],
    ['mattermost', { ...mattermost, ...url }],
    ['mattermost', { server, ...token }],
    ['mattermost', { ...mattermost, channel: 'town-square' }],
    ['rocketchat', { ...rocketchat, ...url }],
    ['rocketchat', { server, ...token, room: '#alerts' }],
    ['zulip', zulip],
    ['zulip', { ...zulip, channel: 'ops', to: ['a@example.org'] }],
    ['zulip', { ...zulip, to: ['a@example.org'], topic: 'x' }],
    ['zulip', { ...zulip, to: [] }],
  ])('%s refuses %j', (kind, options) => {
    expect(accepts(kind, options)).toBe(false);
  });
});

it('an address that cannot be read is told when the configuration is loaded', async () => {
  const rest = 'sources: { a: { file: /var/log/a } }\nrules: [{ id: r, match: x, alert: {} }]\n';
  const text = `${rest}channels: { c: { teams: { url-file: /u } } }\n`;
  expect((await complaints(text)).join('\n')).toContain('/u does not exist');
  expect((await complaints(text, { '/u': 'unsafe' })).join('\n')).toContain('chmod 600');
  expect(await complaints(text, { '/u': 'https://example.org/x' })).toEqual([]);
});
