import { readFileSync } from 'node:fs';

/** What a zone is called in some second; `offset` is how far east of Greenwich its clocks are then, in minutes. */
export type ZoneName = (second: number, offset: number) => string | undefined;

/**
 * The abbreviations of the zone in which this process runs, as `date +%Z` prints them. Node knows most zones
 * only as `GMT+1`.
 */
export function openZoneNames(zone = process.env['TZ'] ?? ''): ZoneName {
  try {
    return readZoneNames(readFileSync(pathOf(zone)));
  } catch {
    return () => undefined;
  }
}

function pathOf(zone: string): string {
  const name = zone.replace(/^:/, '');
  if (name === '') return '/etc/localtime';
  return name.startsWith('/') ? name : `/usr/share/zoneinfo/${name}`;
}

/** Reads a compiled zone (RFC 9636); of two data blocks the second one counts, which has 64 bits a time. */
export function readZoneNames(file: Buffer): ZoneName {
  const first = blockAt(file, 0, 4);
  if (first.version === 0) return namesOf(first, '');
  const second = blockAt(file, first.end, 8);
  return namesOf(second, file.toString('latin1', second.end).replaceAll('\n', ''));
}

interface Block {
  readonly version: number;
  readonly transitions: readonly number[];
  /** The abbreviation from each transition on. */
  readonly names: readonly string[];
  /** Before the first of them. */
  readonly before: string | undefined;
  readonly end: number;
}

const headerLength = 44;
const typeLength = 6;

function blockAt(file: Buffer, at: number, width: 4 | 8): Block {
  if (file.toString('latin1', at, at + 4) !== 'TZif') throw new Error('this is no compiled zone');
  const count = (index: number): number => file.readUInt32BE(at + 20 + 4 * index);
  const [utc, standard, leaps, times, types, chars] = [0, 1, 2, 3, 4, 5].map(count) as Six;
  const indices = at + headerLength + times * width;
  const typesAt = indices + times;
  const charsAt = typesAt + types * typeLength;
  const timeAt = (index: number): number => {
    const place = at + headerLength + index * width;
    return width === 4 ? file.readInt32BE(place) : Number(file.readBigInt64BE(place));
  };
  const nameOf = (type: number): string => {
    const from = charsAt + file.readUInt8(typesAt + type * typeLength + 5);
    return file.toString('latin1', from, file.indexOf(0, from));
  };
  const all = Array.from({ length: times }, (_, index) => index);
  return {
    version: file.readUInt8(at + 4),
    transitions: all.map(timeAt),
    names: all.map((index) => nameOf(file.readUInt8(indices + index))),
    before: types === 0 ? undefined : nameOf(0),
    end: charsAt + chars + leaps * (width + 4) + standard + utc,
  };
}

type Six = [number, number, number, number, number, number];

/** `rule`: what holds after the last transition, as in POSIX's TZ. */
function namesOf({ transitions, names, before }: Block, rule: string): ZoneName {
  const later = readRule(rule);
  return (second, offset) => {
    const past = transitions.findLastIndex((from) => from <= second);
    if (past === transitions.length - 1 && later !== undefined) {
      return offset === later.offset ? later.standard : (later.summer ?? later.standard);
    }
    return past < 0 ? before : names[past];
  };
}

/** `CET-1CEST,M3.5.0,M10.5.0/3`: its hours count west of Greenwich. */
function readRule(rule: string) {
  const name = /(?:[A-Za-z]+|<[^>]*>)/.source;
  const found = new RegExp(`^(${name})([-+]?)(\\d+)(?::(\\d+))?[:\\d]*(${name})?`).exec(rule);
  if (found === null) return undefined;
  const [, standard = '', sign, hours = '0', minutes = '0', summer] = found;
  const west = Number(hours) * 60 + Number(minutes);
  const bare = (text: string): string => text.replace(/^<(.*)>$/, '$1');
  return {
    standard: bare(standard),
    offset: sign === '-' ? west : -west,
    ...(summer === undefined ? {} : { summer: bare(summer) }),
  };
}
