import { expect, it } from 'vitest';
import { readServer } from './server.ts';
import { syslog } from './syslog.ts';

it.each([
  ['unix:/dev/log', { over: 'unix', path: '/dev/log' }],
  ['unix:///run/log', { over: 'unix', path: '/run/log' }],
  ['udp://log.example.org', { over: 'udp', host: 'log.example.org', port: 514 }],
  ['tcp://10.0.0.1:10514', { over: 'tcp', host: '10.0.0.1', port: 10514 }],
  ['tls://[2001:db8::1]', { over: 'tls', host: '2001:db8::1', port: 6514 }],
  ['tls://log:0', undefined],
  ['tls://log:99999', undefined],
  ['tls://user@log', undefined],
  ['tls://[1.2.3.4]', undefined],
  ['unix:relative', undefined],
  ['http://log', undefined],
  [`unix:/${'x'.repeat(107)}`, undefined],
])('reads %s', (text, server) => {
  expect(readServer(text)).toEqual(server);
});

it.each([
  { server: 'nowhere' },
  { facility: 'mail' },
  { 'app-name': 'a b' },
  { format: 'local', server: 'udp://log' },
  { 'sd-id': 'name' },
  { 'max-size': '480B' },
  { 'max-size': '1GiB' },
  { server: 'tls://log', 'cert-file': '/c' },
  { server: 'tcp://log', 'cert-file': '/c', 'key-file': '/k' },
])('refuses the options %j', (options) => {
  expect(syslog.options.safeParse(options).success).toBe(false);
});
