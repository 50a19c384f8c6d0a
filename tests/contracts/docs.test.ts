import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { run } from '../e2e/program.ts';
import { configOf } from './config-texts.ts';

const root = new URL('../../', import.meta.url);
const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)];
const textOf = (page: string): string => readFileSync(new URL(page, root), 'utf8');
const blocksOf = (page: string, language: string): readonly string[] =>
  [...textOf(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text = '']) => text,
  );

const files = {
  '/etc/sec/a.sec': 'type=Suppress\nptype=SubStr\npattern=x\n',
  '/etc/swatch.conf': 'watchfor /x/\n  echo\n',
  '/etc/bird-sentinel/hook.key': 'k',
  ...Object.fromEntries(
    [
      'discord.url',
      'matrix.token',
      'mattermost.token',
      'mattermost.url',
      'rocketchat.token',
      'rocketchat.url',
      'slack.token',
      'slack.url',
      'teams.url',
      'telegram.token',
      'zulip.key',
    ].map((name) => [`/etc/bird-sentinel/${name}`, 'c']),
  ),
  ...Object.fromEntries(
    [
      'apprise.conf',
      'browser.json',
      'gotify.token',
      'ntfy.token',
      'ntfy.topic',
      'opsgenie.key',
      'pagerduty.key',
      'pushover.token',
      'pushover.user',
      'sms.pw',
      'twilio.token',
      'vapid.key',
    ].map((name) => [`/etc/bird-sentinel/${name}`, 'p']),
  ),
  '/etc/bird-sentinel/mail.pw': 'm',
  '/etc/bird-sentinel/nsca.pw': 'n',
  ...Object.fromEntries(
    'nsca-ng.pw nrdp.token icinga.pw alertmanager.pw snmp-auth.pw snmp-privacy.pw snmp.community mqtt.pw nats.pw xmpp.pw irc.pw'
      .split(' ')
      .map((name) => [`/etc/bird-sentinel/${name}`, 'x']),
  ),
  '/etc/bird-sentinel/proxy.pw': 'p',
  '/etc/bird-sentinel/syslog.key': 's',
  '/etc/ssl/certs/corp.pem': '-----BEGIN CERTIFICATE-----',
};

const examples = pages.flatMap((page) =>
  blocksOf(page, 'yaml').map((text, index) => [page, index + 1, text] as const),
);

test.each(examples)('%s: YAML block %d loads', async (_page, _n, text) => {
  await configOf(text, files);
});

/** Command lines of the program as the pages show them, after `npm start --` or the program's name. */
const commandLines = pages.flatMap((page) =>
  blocksOf(page, 'sh').flatMap((text) =>
    text
      .split('\n')
      .map((line) => /(?:npm start --|(?:^|\s)bird-sentinel) (.*?)(?:\s+#.*|\s*[|<>&].*)?$/.exec(line)?.[1])
      .filter((line): line is string => line !== undefined)
      .map((line) => [page, line] as const),
  ),
);

test.each(pages)('%s installs copies, never links to a checkout in a home', (page) => {
  const lines = textOf(page)
    .split('\n')
    .filter((line) => /npm install --global .*\.(?:$|[\s`])/.test(line));
  expect(lines.filter((line) => !line.includes('--install-links'))).toEqual([]);
});

describe('command lines', () => {
  test('there are some', () => {
    expect(commandLines.length).toBeGreaterThanOrEqual(8);
  });

  test.each(commandLines)('%s: %s is understood', async (_page, line) => {
    const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
      ([, one, two, three]) => one ?? two ?? three ?? '',
    );
    // `--help` behind them: options and arguments are parsed, and nothing is done.
    const { code, stderr, stdout } = await run([...words, '--help']);
    expect(stderr).toBe('');
    expect(stdout).toContain('Usage:');
    expect(code).toBe(0);
    const unknown = await run([...words, '--no-such-option']);
    expect(unknown.code).toBe(2);
  });
});
