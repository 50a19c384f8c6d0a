import type { Delivery } from '../../model/delivery.ts';
import { notAuthorised, tryAgain } from '../attempt-course.ts';
import { quoted } from '../http-call.ts';
import type { IrcConnection } from './connection.ts';
import type { IrcLine } from './line.ts';

/** Who we want to be. */
export interface Person {
  readonly nick: string;
  /** Of the server itself (PASS). */
  readonly serverPassword: string | undefined;
  /** Of an account, by SASL PLAIN. */
  readonly login: { readonly user: string; readonly password: string } | undefined;
}

const mostNicks = 3;

/** Logs in (RFC 2812, section 3.1; IRCv3, SASL 3.1). Undefined once the server has welcomed us. */
export async function register(connection: IrcConnection, person: Person): Promise<Delivery | undefined> {
  const { nick, serverPassword, login } = person;
  if (login !== undefined) connection.say('CAP REQ :sasl');
  if (serverPassword !== undefined) connection.say(`PASS :${serverPassword}`);
  connection.say(`NICK ${nick}`);
  connection.say(`USER ${nick} 0 * :Bird Sentinel`);
  let isWelcome = false;
  for (let nicks = 1; ;) {
    const line = await connection.hear();
    if (line.command === '001') isWelcome = true;
    // The end of the message of the day, or that there is none: from here on a server takes commands.
    if (isWelcome && (line.command === '376' || line.command === '422')) return undefined;
    if (isTaken.has(line.command) && !isWelcome) {
      if (nicks === mostNicks)
        return tryAgain('unavailable', `the name ${nick} and others like it are taken`);
      connection.say(`NICK ${nick}${'_'.repeat(nicks)}`);
      nicks += 1;
    }
    const refusal = refusalOf(line, person) ?? (login && prove(connection, line, login));
    if (refusal !== undefined) return refusal;
  }
}

/** ERR_NICKNAMEINUSE, ERR_NICKCOLLISION, ERR_UNAVAILRESOURCE. */
const isTaken: ReadonlySet<string> = new Set(['433', '436', '437']);

/** ERR_NICKLOCKED and the ways in which SASL fails, ERR_PASSWDMISMATCH, ERR_YOUREBANNEDCREEP, ERR_NOPERMFORHOST. */
const isForbidden: ReadonlySet<string> = new Set(['902', '904', '905', '908', '464', '465', '463']);

function refusalOf(line: IrcLine, { serverPassword, login }: Person): Delivery | undefined {
  const words = (): string =>
    `the server says: ${line.command} ${quoted(line.words.join(' '), [serverPassword ?? '', login?.password ?? ''])}`;
  if (isForbidden.has(line.command)) return notAuthorised(words());
  if (line.command === '432') return notAuthorised(words());
  if (line.command !== 'ERROR') return undefined;
  return /password|unauthori[sz]ed|access denied|sasl/i.test(line.words.join(' '))
    ? notAuthorised(words())
    : tryAgain('unavailable', words());
}

/** Our side of SASL PLAIN (RFC 4616), in pieces of 400 characters. */
function prove(
  connection: IrcConnection,
  { command, words }: IrcLine,
  { user, password }: { readonly user: string; readonly password: string },
): Delivery | undefined {
  const capability = command === 'CAP' ? words[1] : undefined;
  if (capability === 'NAK' || command === '421') return notAuthorised('the server offers no SASL');
  if (capability === 'ACK') connection.say('AUTHENTICATE PLAIN');
  if (command === 'AUTHENTICATE' && words[0] === '+') {
    const proof = Buffer.from(`\0${user}\0${password}`).toString('base64');
    const pieces = proof.match(/.{1,400}/g) ?? [];
    for (const piece of pieces) connection.say(`AUTHENTICATE ${piece}`);
    if (pieces.at(-1)?.length === 400) connection.say('AUTHENTICATE +');
  }
  if (command === '903' || command === '907') connection.say('CAP END');
  return undefined;
}
