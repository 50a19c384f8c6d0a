import { expect, it } from 'vitest';
import { quoted } from './answer.ts';
import { email } from './email.ts';
import { readServer } from './server.ts';

it.each([
  ['smtps://mail.example.org', { host: 'mail.example.org', port: 465, security: 'implicit' }],
  ['smtp://mail.example.org', { host: 'mail.example.org', port: 587, security: 'starttls' }],
  ['smtp://mail.example.org:25/', { host: 'mail.example.org', port: 25, security: 'starttls' }],
  ['smtp://localhost', { host: 'localhost', port: 25, security: 'none' }],
  ['smtp://127.0.0.1:2525', { host: '127.0.0.1', port: 2525, security: 'none' }],
  ['smtp://[::1]', { host: '::1', port: 25, security: 'none' }],
  ['smtp://localhost.example.org', { host: 'localhost.example.org', port: 587, security: 'starttls' }],
  ['smtp://user:pass@host', undefined],
  ['smtp://host:0', undefined],
  ['smtp://host/path', undefined],
  ['smtp://ho st', undefined],
  ['smtp://[1.2.3.4]', undefined],
  ['imap://host', undefined],
])('reads %s', (text, server) => {
  expect(readServer(text)).toEqual(server);
});

it('lets the user choose STARTTLS for smtp://', () => {
  expect(readServer('smtp://localhost', 'required')?.security).toBe('starttls');
  expect(readServer('smtp://mail.example.org', 'never')?.security).toBe('none');
});

const good = { to: ['ops@example.org'], from: 'a@example.org', server: 'smtps://mail.example.org' };

it.each([
  { to: [] },
  { to: ['ops'] },
  { to: ['Ops <ops@example.org>'] },
  { to: ['ops@example.org\r\nBcc: x@y'] },
  { to: ['ops@example.org,thief@example.org'] },
  { from: '"a b"@example.org' },
  { server: 'smtp://user:pass@host' },
  { user: 'alice' },
  { 'password-file': '/p' },
  { starttls: 'never' },
  { server: 'smtp://mail.example.org', starttls: 'never', user: 'alice', 'password-file': '/p' },
  { server: 'smtp://mail.example.org', starttls: 'perhaps' },
  { password: 's3cret' },
  { timeout: '1h' },
])('refuses %j', (change) => {
  expect(email.options.safeParse(good).success).toBe(true);
  expect(email.options.safeParse({ ...good, ...change }).success).toBe(false);
});

it('shows a server\u2019s words on one harmless line and without the password', () => {
  const credentials = { user: 'alice', password: 's3cret pass' };
  const forms = ['s3cret pass', 'czNjcmV0IHBhc3M=', 'AGFsaWNlAHMzY3JldCBwYXNz'];
  const shown = quoted(`550-5.1.1 no\r\n550\t${forms.join(' ')}\u001b[2J${'x'.repeat(9999)}`, credentials);
  expect(shown).toMatch(/^550-5\.1\.1 no 550 \[password\] \[password\] \[password\]\\x1b\[2Jx+…$/);
  expect(shown.length).toBeLessThanOrEqual(300);
});
