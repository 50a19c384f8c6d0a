import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/channels/contract.ts';
import { email } from '../../src/channels/email/email.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import { attemptAt, channelPorts, messageOf, type TestPorts } from './channel-ports.ts';
import { eventually } from './eventually.ts';
import {
  type SmtpPeer,
  startAiosmtpd,
  startExim,
  type TakenMail,
  whyNoAiosmtpd,
  whyNoExim,
} from './smtp-peers.ts';

const login = { user: 'alice', password: 's3cret pass' };

let ports: TestPorts;
let passwordFile: string;
beforeAll(async () => {
  ports = await channelPorts('https://x.test');
  passwordFile = join(ports.stateDirectory, 'mail.pw');
  writeFileSync(passwordFile, `${login.password}\n`, { mode: 0o600 });
});
afterAll(() => ports.remove());

/** What every mail here is sent with, unless a test says otherwise. */
const common = { to: ['ops@example.org'], from: 'sentinel@example.org', timeout: '5s' };

async function send(
  peer: SmtpPeer,
  options: object,
  attempt: Attempt = attemptAt('text'),
): Promise<Delivery> {
  const parsed = email.options.parse({ ...common, ...options });
  const channel = await email.open(parsed, { ...ports, http: { ca: peer.ca } });
  const delivery = await channel.send(attempt);
  await channel.close();
  expect(JSON.stringify(delivery)).not.toMatch(/s3cret|AGFsaWNl/);
  return delivery;
}

const lastOf = (peer: SmtpPeer): TakenMail => peer.mails().at(-1) ?? expect.fail('no mail');

/** A header's value, unfolded. */
const header = ({ text }: TakenMail, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\\r?\\n[ \\t].*)*)`, 'im')
    .exec(text.split(/\r?\n\r?\n/)[0] ?? '')?.[1]
    ?.replace(/\r?\n[ \t]+/g, ' ');

const noAiosmtpd = whyNoAiosmtpd();

describe.skipIf(noAiosmtpd !== undefined)(`mail to aiosmtpd in the open ${noAiosmtpd ?? ''}`, () => {
  let peer: SmtpPeer;
  const server = (): string => `smtp://127.0.0.1:${peer.port}`;
  beforeAll(async () => (peer = await startAiosmtpd('plain')));
  afterAll(() => peer.stop());

  it('arrives with its words, its urgency and who wrote it', async () => {
    const text = 'CRITICAL: SSH brute force\n.\n..two dots\nwörds 🐦\n' + 'x'.repeat(2000);
    const delivery = await send(peer, { server: server() }, attemptAt(text));
    expect(delivery).toMatchObject({ type: 'sent', receipt: expect.stringContaining('queued as') });
    const mail = lastOf(peer);
    expect(mail).toMatchObject({ from: 'sentinel@example.org', to: ['ops@example.org'] });
    expect(header(mail, 'subject')).toBe('SSH brute force');
    expect(header(mail, 'x-priority')).toBe('1 (Highest)');
    expect(header(mail, 'importance')).toBe('high');
    expect(header(mail, 'auto-submitted')).toBe('auto-generated');
    expect(header(mail, 'content-type')).toBe('text/plain; charset=utf-8');
    expect(decoded(mail)).toBe(text);
    // RFC 5321, 4.5.3.1.6: a line has at most 1000 octets.
    for (const line of mail.text.split('\r\n')) expect(line.length).toBeLessThan(1000);
  });

  it('has one Message-ID for all attempts, another for another message, and one thread for an alert', async () => {
    const [first, again, other] = [
      attemptAt('text'),
      attemptAt('text', { attempt: 2, mayHaveArrived: true }),
      attemptAt('text'),
    ];
    const resolved = { ...other, message: { ...other.message, idempotencyKey: 'OTHER-phone' } };
    for (const attempt of [first, again, resolved]) await send(peer, { server: server() }, attempt);
    const mails = peer.mails().slice(-3);
    const [one, two, three] = mails.map((mail) => header(mail, 'message-id'));
    expect(one).toMatch(/^<[A-Za-z0-9.-]+@example\.org>$/);
    expect(two).toBe(one);
    expect(three).not.toBe(one);
    expect(new Set(mails.map((mail) => header(mail, 'references'))).size).toBe(1);
    expect(header(mails[0] ?? expect.fail(), 'in-reply-to')).toBe(
      header(mails[2] ?? expect.fail(), 'references'),
    );
  });

  it('lets nothing of the log begin a header or end the mail', async () => {
    const evil = 'a\r\nBcc: thief@example.org\r\n\r\n.\r\nMAIL FROM:<x@y>\n\u0000\u001b[2J\u2028Bcc: z@y';
    const message = { ...messageOf([evil], {}), title: evil };
    const payload = { ...message.payload, rule: evil, id: evil };
    await send(
      peer,
      { server: server() },
      attemptAt(evil, { message: { ...message, payload, idempotencyKey: evil } }),
    );
    const mail = lastOf(peer);
    expect(mail.to).toEqual(['ops@example.org']);
    const names = (mail.text.split('\r\n\r\n')[0] ?? '')
      .split('\r\n')
      .filter((line) => !/^[ \t]/.test(line))
      .map((line) => line.split(':')[0]);
    expect(new Set(names).size).toBe(names.length);
    expect(names.map((name) => name?.toLowerCase())).not.toContain('bcc');
    expect(mail.text).not.toMatch(/[\u0000\u001b]/);
    expect(decoded(mail)).toContain('Bcc: thief@example.org');
  });

  it.each<[string, object]>([
    ['unknown550', { type: 'failed', reason: 'recipient', detail: expect.stringContaining('no such user') }],
    ['greylist451', { type: 'retry', reason: 'recipient', detail: expect.stringContaining('greylisted') }],
    ['full552', { type: 'failed', reason: 'recipient' }],
    ['busy452', { type: 'retry', reason: 'unavailable' }],
    ['spam554', { type: 'failed', reason: 'rejected' }],
    ['large552', { type: 'failed', reason: 'tooLong' }],
    ['cut-rcpt', { type: 'retry', reason: 'unavailable' }],
    ['cut-data', { type: 'unknown' }],
  ])('takes what happens to %s@ as %j', async (local, expected) => {
    const before = peer.mails().length;
    expect(await send(peer, { server: server(), to: [`${local}@example.org`] })).toMatchObject(expected);
    expect(peer.mails().length).toBe(before);
  });

  it('knows a mail that is too large before it sends it', async () => {
    const delivery = await send(peer, { server: server() }, attemptAt('\u00fc'.repeat(100_000)));
    expect(delivery).toMatchObject({ type: 'failed', reason: 'tooLong' });
  });

  it('does not know what became of a mail that got no answer', async () => {
    const options = { server: server(), to: ['silent@example.org'] };
    expect(await send(peer, { ...options, timeout: '400ms' })).toMatchObject({ type: 'unknown' });
    const stop = new AbortController();
    const sending = send(peer, options, attemptAt('text', { signal: stop.signal }));
    setTimeout(() => stop.abort(), 300);
    expect(await sending).toMatchObject({ type: 'unknown', detail: expect.stringContaining('stopped') });
  });

  it('says who did not get it when others did', async () => {
    const to = ['ops@example.org', 'unknown550@example.org'];
    const delivery = await send(peer, { server: server(), to });
    expect(delivery).toMatchObject({
      type: 'sent',
      receipt: expect.stringMatching(/refused: unknown550@example\.org \(550/),
    });
    expect(lastOf(peer).to).toEqual(['ops@example.org']);
  });

  it('asks again only for who was put off, also when it was opened anew', async () => {
    const to = ['ops@example.org', 'second-time@example.org'];
    const first = await send(peer, { server: server(), to });
    expect(first).toMatchObject({
      type: 'retry',
      reason: 'recipient',
      detail: expect.stringContaining('second-time@'),
    });
    expect(lastOf(peer).to).toEqual(['ops@example.org']);
    const { progress = '' } = 'progress' in first ? first : {};
    const again = attemptAt('text', { attempt: 2, progress });
    expect(await send(peer, { server: server(), to }, again)).toMatchObject({ type: 'sent' });
    expect(lastOf(peer).to).toEqual(['second-time@example.org']);
    const count = peer.mails().length;
    expect(await send(peer, { server: server(), to: ['ops@example.org'] }, again)).toMatchObject({
      type: 'sent',
    });
    expect(peer.mails()).toHaveLength(count);
    expect(
      new Set(
        peer
          .mails()
          .slice(-2)
          .map((mail) => header(mail, 'message-id')),
      ).size,
    ).toBe(1);
  });

  it('does not send a password where no login is offered, nor a mail where STARTTLS is not', async () => {
    const before = peer.mails().length;
    const withLogin = { server: server(), user: login.user, 'password-file': passwordFile };
    expect(await send(peer, withLogin)).toMatchObject({ type: 'retry', reason: 'auth' });
    expect(await send(peer, { server: server(), starttls: 'required' })).toMatchObject({
      type: 'retry',
      reason: 'unavailable',
    });
    expect(peer.mails().length).toBe(before);
  });
});

describe.skipIf(noAiosmtpd !== undefined).each(['starttls', 'tls'] as const)(
  'mail to aiosmtpd with %s and login',
  (mode) => {
    let peer: SmtpPeer;
    beforeAll(async () => (peer = await startAiosmtpd(mode, login)));
    afterAll(() => peer.stop());
    const options = (change: object = {}): object => ({
      ...(mode === 'tls'
        ? { server: `smtps://localhost:${peer.port}` }
        : { server: `smtp://localhost:${peer.port}`, starttls: 'required' }),
      user: login.user,
      'password-file': passwordFile,
      ...change,
    });

    it('arrives encrypted and authenticated', async () => {
      expect(await send(peer, options())).toMatchObject({ type: 'sent' });
      expect(lastOf(peer)).toMatchObject({ tls: true, user: 'alice' });
    });

    it('is kept when the password is wrong, and does not repeat it', async () => {
      const wrong = join(ports.stateDirectory, 'wrong.pw');
      writeFileSync(wrong, 's3cret but wrong', { mode: 0o600 });
      expect(await send(peer, options({ 'password-file': wrong }))).toMatchObject({
        type: 'retry',
        reason: 'auth',
        detail: expect.stringContaining('535'),
      });
    });

    it('is kept when there is no login at all', async () => {
      const anonymous = options({ user: undefined, 'password-file': undefined });
      expect(await send(peer, anonymous)).toMatchObject({ type: 'retry', reason: 'auth' });
    });

    it('hides what the server repeats of the password', async () => {
      const delivery = await send(peer, options({ to: ['echo@example.org'] }));
      expect(delivery).toMatchObject({
        type: 'failed',
        reason: 'recipient',
        detail: expect.stringContaining('[password]'),
      });
    });

    it('is not sent to a server whose certificate nobody known signed', async () => {
      const channel = await email.open(email.options.parse({ ...common, ...options() }), ports);
      const before = peer.mails().length;
      expect(await channel.send(attemptAt('text'))).toMatchObject({
        type: 'retry',
        reason: 'unavailable',
        detail: expect.stringContaining('certificate'),
      });
      expect(peer.mails().length).toBe(before);
    });

    it('can be asked without a mail', async () => {
      const channel = await email.open(email.options.parse({ ...common, ...options() }), {
        ...ports,
        http: { ca: peer.ca },
      });
      const before = peer.mails().length;
      expect(await channel.probe?.(new AbortController().signal)).toMatchObject({ ok: true });
      expect(peer.mails().length).toBe(before);
    });
  },
);

const noExim = whyNoExim();

describe.skipIf(noExim !== undefined)(`mail to exim ${noExim ?? ''}`, () => {
  let peer: SmtpPeer;
  beforeAll(async () => (peer = await startExim(login)));
  afterAll(() => peer.stop());
  const options = (change: object = {}): object => ({
    server: `smtp://localhost:${peer.port}`,
    starttls: 'required',
    user: login.user,
    'password-file': passwordFile,
    ...change,
  });

  it('arrives, in pipelined commands, encrypted and authenticated', async () => {
    const text = 'CRITICAL\n.\nwörds 🐦';
    expect(
      await send(peer, options({ to: ['ops@example.org', 'night@example.org'] }), attemptAt(text)),
    ).toMatchObject({ type: 'sent', receipt: expect.stringMatching(/^250 OK id=/) });
    await eventually(() => peer.mails().length === 2, 'the mail in both boxes');
    const mail = lastOf(peer);
    expect(mail).toMatchObject({ from: 'sentinel@example.org', tls: true, user: 'alice' });
    expect(
      peer
        .mails()
        .flatMap(({ to }) => to)
        .toSorted(),
    ).toEqual(['night@example.org', 'ops@example.org']);
    expect(decoded(mail).trimEnd()).toBe(text);
  });

  it.each<[string, object]>([
    ['bounce', { type: 'failed', reason: 'recipient' }],
    ['tempfail', { type: 'retry', reason: 'recipient' }],
  ])('takes what happens to %s@ as %j', async (local, expected) => {
    expect(await send(peer, options({ to: [`${local}@example.org`] }))).toMatchObject(expected);
  });

  it('tells who was refused of several', async () => {
    const delivery = await send(peer, options({ to: ['ops@example.org', 'bounce@example.org'] }));
    expect(delivery).toMatchObject({
      type: 'sent',
      receipt: expect.stringContaining('refused: bounce@example.org'),
    });
  });

  it('is kept when the password is wrong', async () => {
    const wrong = join(ports.stateDirectory, 'wrong-exim.pw');
    writeFileSync(wrong, 'wrong', { mode: 0o600 });
    expect(await send(peer, options({ 'password-file': wrong }))).toMatchObject({
      type: 'retry',
      reason: 'auth',
    });
  });
});

/** The text of a mail, its transfer encoding undone. */
function decoded(mail: TakenMail): string {
  const [, body = ''] = /\r?\n\r?\n([\s\S]*)$/.exec(mail.text) ?? [];
  const text = body.replaceAll('\r\n', '\n');
  const encoding = header(mail, 'content-transfer-encoding');
  if (encoding === 'base64') return Buffer.from(text, 'base64').toString();
  const bytes = text
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return (encoding === 'quoted-printable' ? Buffer.from(bytes, 'latin1').toString() : text).replace(
    /\n$/,
    '',
  );
}
