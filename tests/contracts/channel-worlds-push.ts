import { existsSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTerminals } from '../peers/terminals.ts';
import type { ChannelWorld, WorldPlace } from './channel-worlds.ts';
import type { Mood } from './mood.ts';

type OpenWorld = (mood: Mood, place: WorldPlace) => Promise<ChannelWorld | undefined>;

/** The other sides of what reaches phones, and of what lies on this machine. */
export const pushWorlds: { readonly [kind: string]: OpenWorld } = {
  gammu: program({ to: '+15550100', 'config-file': '/etc/gammu-smsdrc' }),
  desktop: program({ bus: 'unix:path=/nowhere' }),
  apprise: async (mood, place) => program({ 'config-file': place.secretFile })(mood, place),
  smstools: async (mood, { dir }) => {
    if (mood === 'silent' || mood === 'repeating') return undefined;
    const spool = join(dir, 'outgoing');
    // A file where the folder should be.
    if (mood === 'rude') writeFileSync(spool, '');
    if (mood === 'good') mkdirSync(spool);
    let taken = 0;
    const isSms = (name: string): boolean =>
      !name.endsWith('.LOCK') && /^To: 15550100\nAlphabet: /.test(readFileSync(join(spool, name), 'latin1'));
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
