import { byteLength, cutBytes } from '../../kit/text.ts';

/** A message of IRC (RFC 2812, section 2.3.1). */
export interface IrcLine {
  /** Who says it; empty where the server left it out. */
  readonly from: string;
  /** A word in upper case, or three digits. */
  readonly command: string;
  readonly words: readonly string[];
}

/** Reads one line; tags of IRCv3 are passed over. */
export function parseLine(line: string): IrcLine {
  const found = /^(?:@\S+ +)?(?::(\S*) +)?(\S*)((?: +(?!:)\S+)*)(?: +:(.*))?/s.exec(line);
  const [, from = '', command = '', middle = '', trailing] = found ?? [];
  const words = middle.split(' ').filter((word) => word !== '');
  return {
    from,
    command: command.toUpperCase(),
    words: trailing === undefined ? words : [...words, trailing],
  };
}

/** Most bytes of a line with its end (RFC 2812, section 2.3). */
const longestLine = 512;

/** Most bytes of a user name and of a host name that a server puts before our words. */
const longestOrigin = { user: 11, host: 63 };

/**
 * How many bytes of text fit into one message: the server sends it on with our own name and address before
 * it, and all of that is one line. Two bytes are for a name that had to be another one.
 */
export function roomFor(command: string, nick: string, to: string): number {
  const origin = byteLength(`:${nick}`) + 2 + longestOrigin.user + longestOrigin.host + '!@ '.length;
  return longestLine - origin - byteLength(`${command} ${to} :\r\n`);
}

/** Log text as what stands in one message: no line of its own, no formats, no CTCP, never empty. */
export function ircText(text: string, room: number): string {
  const line = text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/\p{Cc}/gu, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim();
  if (line === '') return '(no text)';
  return byteLength(line) <= room ? line : `${cutBytes(line, room - 3)}…`;
}
