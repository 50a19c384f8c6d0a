import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../model/delivery.ts';
import type { IrcConnection } from './connection.ts';
import { parseLine } from './line.ts';
import { type Person, register } from './register.ts';

/** A server that answers each line it is told by lines of its own. */
function server(answers: (said: string) => readonly string[]): IrcConnection & { readonly said: string[] } {
  const said: string[] = [];
  const lines: string[] = [];
  return {
    said,
    isAlive: () => true,
    say: (line) => {
      said.push(line);
      lines.push(...answers(line));
    },
    hear: async () => parseLine(lines.shift() ?? 'ERROR :nothing more to say'),
    rest: () => undefined,
    destroy: () => undefined,
  };
}

const welcome = [':s 001 x :hello', ':s 375 x :-', ':s 376 x :end'];
const person: Person = { nick: 'bird', serverPassword: undefined, login: undefined };
const account: Person = { ...person, login: { user: 'bird', password: 'right one' } };

/** SASL as IRCv3 has it; `proof`: what the server takes. */
const withSasl =
  (proof: string) =>
  (said: string): readonly string[] => {
    if (said === 'CAP REQ :sasl') return [':s CAP * ACK :sasl '];
    if (said === 'AUTHENTICATE PLAIN') return ['AUTHENTICATE +'];
    if (said === `AUTHENTICATE ${proof}`) return [':s 900 * x bird :in', ':s 903 * :success'];
    if (said.startsWith('AUTHENTICATE')) return [':s 904 * :failed right one'];
    return said === 'CAP END' ? welcome : [];
  };

describe('logging in', () => {
  it('ends with the message of the day, or that there is none', async () => {
    const quick = server((said) => (said.startsWith('USER') ? [':s 001 x :hi', ':s 422 x :none'] : []));
    expect(await register(quick, { ...person, serverPassword: 'a b' })).toBeUndefined();
    expect(quick.said).toEqual(['PASS :a b', 'NICK bird', 'USER bird 0 * :Bird Sentinel']);
  });

  it('takes another name when its own is taken, three times at most', async () => {
    const one = server((said) => {
      if (said === 'NICK bird') return [':s 433 * bird :in use'];
      return said === 'NICK bird_' ? welcome : [];
    });
    expect(await register(one, person)).toBeUndefined();
    const all = server((said) => (said.startsWith('NICK') ? [':s 433 * bird :in use'] : []));
    expect(await register(all, person)).toMatchObject({ type: 'retry', reason: 'unavailable' });
    expect(all.said.filter((line) => line.startsWith('NICK'))).toHaveLength(3);
  });

  it('proves who it is before it goes on', async () => {
    const good = server(withSasl(Buffer.from('\0bird\0right one').toString('base64')));
    expect(await register(good, account)).toBeUndefined();
    expect(good.said.at(-1)).toBe('CAP END');
  });

  it('sends a long password in pieces of 400', async () => {
    const long: Person = { ...account, login: { user: 'bird', password: 'x'.repeat(294) } };
    const good = server((said) => {
      if (said === 'AUTHENTICATE +') return [':s 903 * :success'];
      return said.length > 400 ? [] : withSasl('')(said).filter((line) => !line.includes(' 904 '));
    });
    expect(await register(good, long)).toBeUndefined();
    const pieces = good.said.filter((line) => line.startsWith('AUTHENTICATE') && !line.endsWith('PLAIN'));
    expect(pieces.map((line) => line.length - 'AUTHENTICATE '.length)).toEqual([400, 1]);
  });

  it.each<[string, (said: string) => readonly string[], Partial<Delivery>]>([
    ['does not take the login', withSasl('another'), { type: 'retry', reason: 'auth' }],
    ['offers no SASL', () => [':s CAP * NAK :sasl'], { type: 'retry', reason: 'auth' }],
    ['knows no CAP', (said) => (said.startsWith('CAP') ? [':s 421 * CAP :what'] : []), { reason: 'auth' }],
    ['wants another password', () => [':s 464 * :wrong right one'], { type: 'retry', reason: 'auth' }],
    ['bans us', () => ['ERROR :Closing Link: K-lined'], { type: 'retry', reason: 'unavailable' }],
  ])('tells when the server %s', async (_what, answers, expected) => {
    const refusal = await register(server(answers), account);
    expect(refusal).toMatchObject(expected);
    expect(JSON.stringify(refusal)).not.toContain('right one');
  });
});
