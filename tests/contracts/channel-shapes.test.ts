import { expect, test } from 'vitest';
import { configOf } from './config-texts.ts';
import { splitText } from '../../src/render/split.ts';

const rules = 'rules: [{ id: a, match: bird_alert, alert: { severity: critical } }]';

/** The shape that texts of the only channel get. */
async function shapeOf(options: string) {
  const text = `sources: { s: { file: /var/log/syslog } }\n${rules}\nchannels: { phone: { smstools: { to: '+49170', ${options} } } }`;
  const [channel] = (await configOf(text)).channels;
  return channel?.kind.shape ?? expect.fail();
}

test('how many SMS a message may be, and in which letters, is the configuration’s to say', async () => {
  const usual = await shapeOf('');
  expect(splitText(usual.neutralise('ê'.repeat(1000)), usual)).toHaveLength(2);
  expect(usual.neutralise('ê…')).toBe('e...');
  const other = await shapeOf('max-segments: 1, transliterate: false');
  const parts = splitText(other.neutralise('ê'.repeat(1000)), other);
  expect(parts).toEqual([expect.stringMatching(/^ê{20,70}.*$/)]);
  expect(other.measure(parts[0] ?? '')).toBeLessThanOrEqual(other.limit);
});

test.each([
  ['ntfy', 'topic-file: /k'],
  ['ntfy', 'topic: t, token-file: /k'],
  ['gotify', "server: 'https://g.test', token-file: /k"],
  ['pushover', 'token-file: /there, user-key-file: /k'],
  ['pagerduty', 'routing-key-file: /k'],
  ['opsgenie', 'key-file: /k'],
  ['apprise', 'url-file: /k'],
])('a secret of %s that is not there is told when the configuration is loaded: %s', async (kind, options) => {
  const text = `sources: { s: { file: /var/log/syslog } }\n${rules}\nchannels: { phone: { ${kind}: { ${options} } } }`;
  await expect(configOf(text, { '/there': 'x' })).rejects.toThrow('/k');
  await expect(configOf(text, { '/there': 'x', '/k': 'y' })).resolves.toMatchObject({ channels: [{}] });
});
