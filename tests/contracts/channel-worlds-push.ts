import { existsSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { browserFiles } from '../peers/browser.ts';
import { openTerminals } from '../peers/terminals.ts';
import type { ChannelWorld, WorldPlace } from './channel-worlds.ts';
import { listen, type Mood } from './mood.ts';

type OpenWorld = (mood: Mood, place: WorldPlace) => Promise<ChannelWorld | undefined>;

/** Answers as the services give them when they take a message. */
const answers = {
  ntfy: { id: 'hwQ2YpKdmg', time: 1635528741, event: 'message', topic: 'alerts' },
  gotify: { id: 25, appid: 5, message: 'x', priority: 8 },
  pushover: { status: 1, request: '647d2300-702c-4b38-8b2f-d56326ae460b', receipt: 'r'.repeat(30) },
  pagerduty: { status: 'success', message: 'Event processed', dedup_key: 'x' },
  opsgenie: {
    result: 'Request will be processed',
    took: 0.3,
    requestId: '43a29c5c-3dbf-4fa4-9c26-f4f71023e120',
  },
  twilio: { sid: `SM${'0'.repeat(32)}`, status: 'queued', num_segments: '1' },
};

const twilioAccount = { 'account-sid': `AC${'0'.repeat(32)}`, from: '+15550199', to: '+15550100' };

/** The other sides of what reaches phones, and of what lies on this machine. */
export const pushWorlds: { readonly [kind: string]: OpenWorld } = {
  ntfy: service(200, answers.ntfy, ({ url, secretFile }) => ({
    server: url,
    topic: 'alerts',
    'token-file': secretFile,
  })),
  gotify: service(200, answers.gotify, ({ url, secretFile }) => ({ server: url, 'token-file': secretFile })),
  pushover: service(200, answers.pushover, ({ url, secretFile }) => ({
    api: url,
    'token-file': secretFile,
    'user-key-file': secretFile,
  })),
  pagerduty: service(202, answers.pagerduty, ({ url, secretFile }) => ({
    api: url,
    'routing-key-file': secretFile,
  })),
  opsgenie: service(202, answers.opsgenie, ({ url, secretFile }) => ({ api: url, 'key-file': secretFile })),
  'web-push': service(201, undefined, ({ url, dir }) => ({
    ...browserFiles(dir, `${url}/push/1`),
    subject: 'mailto:ops@example.org',
  })),
  twilio: service(201, answers.twilio, ({ url, secretFile }) => ({
    ...twilioAccount,
    api: url,
    'token-file': secretFile,
  })),
  'twilio-call': service(201, answers.twilio, ({ url, secretFile }) => ({
    ...twilioAccount,
    api: url,
    'token-file': secretFile,
  })),
  'sms-http': service(202, undefined, ({ url, secretFile }) => ({
    url: `${url}/cgi-bin/sendsms`,
    method: 'GET',
    to: '+15550100',
    user: 'alice',
    'password-file': secretFile,
    parameters: { username: 'app', password: '{password}', to: '{to}', text: '{text}' },
  })),
  gammu: program({ to: '+15550100', 'config-file': '/etc/gammu-smsdrc' }),
  desktop: program({ bus: 'unix:path=/nowhere' }),
  apprise: async (mood, place) => program({ 'url-file': place.secretFile })(mood, place),
  smstools: async (mood, { dir }) => {
    if (mood === 'silent' || mood === 'repeating') return undefined;
    const spool = join(dir, 'outgoing');
    // A file where the folder should be.
    if (mood === 'rude') writeFileSync(spool, '');
    if (mood === 'good') mkdirSync(spool);
    let taken = 0;
    const isSms = (name: string): boolean =>
      !name.endsWith('.LOCK') &&
      readFileSync(join(spool, name), 'latin1').startsWith('To: 15550100\nAlphabet: ');
    return {
      options: { to: '+15550100', spool },
      // A repeat takes the place of the first, so the count is of those that daemon would have sent.
      taken: () => {
        if (mood !== 'good') return 0;
        for (const name of readdirSync(spool).filter(isSms)) {
          taken += 1;
          unlinkSync(join(spool, name));
        }
        return taken;
      },
      stop: nothing,
    };
  },
  wall: async (mood, { dir }) => {
    if (mood === 'silent' || mood === 'repeating') return undefined;
    if (mood === 'good') {
      const terminals = await openTerminals(1);
      const taken = (): number =>
        terminals.screens().join('').split('Message from bird-sentinel@').length - 1;
      return { options: { terminals: terminals.paths }, taken, stop: () => terminals.stop() };
    }
    const file = join(dir, 'no-terminal');
    if (mood === 'rude') writeFileSync(file, '');
    return { options: { terminals: [file] }, taken: () => 0, stop: nothing };
  },
};

const nothing = (): void => undefined;

/** A program in place of the real one, which is met in tests/peers. */
function program(options: object): OpenWorld {
  return async (mood, { dir, timeout }) => {
    const taken = join(dir, 'taken');
    const path = join(dir, 'program');
    const scripts: { readonly [mood in Mood]: string } = {
      good: `cat > /dev/null; echo >> ${taken}`,
      silent: 'exec sleep 60',
      rude: 'kill -9 $$',
      repeating: 'echo "$@" >&2; cat >&2; exit 1',
      absent: '',
    };
    if (mood !== 'absent') writeFileSync(path, `#!/bin/sh\n${scripts[mood]}\n`, { mode: 0o700 });
    return {
      options: { ...options, program: path, timeout },
      taken: () => (existsSync(taken) ? readFileSync(taken, 'utf8').length : 0),
      stop: nothing,
    };
  };
}

/** A service over HTTP that answers all it is asked in one way. */
function service(
  status: number,
  answer: object | undefined,
  optionsFor: (place: { url: string; secretFile: string; dir: string }) => object,
): OpenWorld {
  return async (mood, { secretFile, dir, timeout }) => {
    let taken = 0;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (mood === 'silent') return;
        if (mood === 'rude') return void request.socket.resetAndDestroy();
        const told = `${request.url} ${request.rawHeaders.join(' ')} ${Buffer.concat(chunks).toString()}`;
        if (mood === 'repeating')
          return void response
            .writeHead(400)
            .end(JSON.stringify({ error: told, message: told, errors: [told] }));
        taken += 1;
        response.writeHead(status).end(answer === undefined ? 'ok' : JSON.stringify(answer));
      });
    });
    const port = await listen(server, mood);
    const stop = (): void => {
      server.closeAllConnections();
      server.close();
    };
    const options = { ...optionsFor({ url: `http://127.0.0.1:${port}`, secretFile, dir }), timeout };
    return { options, taken: () => taken, stop };
  };
}
