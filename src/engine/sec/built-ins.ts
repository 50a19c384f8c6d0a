import { instant } from '../../model/time.ts';
import type { Clock } from './clock.ts';
import type { LocalTime, SecPorts } from './contract.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** The variables that SEC gives itself. */
export interface BuiltIns {
  /** The value of `.hour` and its kin; undefined: there is no such variable. */
  dotted(name: string): string | undefined;
  /** `%t`: the local time as in `Mon Jan  1 00:00:00 2024`. */
  time(): string;
}

const CHARACTERS = new Map([
  ['.nl', '\n'],
  ['.cr', '\r'],
  ['.tab', '\t'],
  ['.sp', ' '],
]);

/** `chars`: the last N for which there is a `.chrN`. */
export function createBuiltIns(clock: Clock, ports: Pick<SecPorts, 'localTime'>, chars: number): BuiltIns {
  let at: number | undefined;
  let local: LocalTime | undefined;

  const now = (): LocalTime => {
    if (local === undefined || at !== clock.now) {
      at = clock.now;
      local = ports.localTime(instant(clock.now * 1000));
    }
    return local;
  };

  return {
    dotted: (name) => CHARACTERS.get(name) ?? character(name, chars) ?? TIMES.get(name)?.(now()),
    time: () => timeText(now()),
  };
}

function character(name: string, last: number): string | undefined {
  const code = /^\.chr(0|[1-9]\d{0,2})$/.exec(name)?.[1];
  return code === undefined || Number(code) > last ? undefined : String.fromCharCode(Number(code));
}

const two = (value: number): string => String(value).padStart(2, '0');
const clockText = ({ hour, minute, second }: LocalTime): string =>
  `${two(hour)}:${two(minute)}:${two(second)}`;
const weekday = (local: LocalTime): string => WEEKDAYS[local.weekday] ?? '';
const month = (local: LocalTime): string => MONTHS[local.month - 1] ?? '';
const spaced = (local: LocalTime): string => String(local.day).padStart(2, ' ');

const timeText = (local: LocalTime): string =>
  `${weekday(local)} ${month(local)} ${spaced(local)} ${clockText(local)} ${local.year}`;

function offset({ offset }: LocalTime, between: string): string {
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${between}${two(minutes % 60)}`;
}

const TIMES = new Map<string, (local: LocalTime) => string>([
  ['.sec', ({ second }) => two(second)],
  ['.min', ({ minute }) => two(minute)],
  ['.hour', ({ hour }) => two(hour)],
  ['.hmsstr', clockText],
  ['.mday', ({ day }) => two(day)],
  ['.mdaystr', spaced],
  ['.mon', (local) => two(local.month)],
  ['.monstr', month],
  ['.year', ({ year }) => String(year)],
  ['.wday', (local) => String(local.weekday)],
  ['.wdaystr', weekday],
  ['.tzname', ({ zone }) => zone],
  ['.tzoff', (local) => offset(local, '')],
  ['.tzoff2', (local) => offset(local, ':')],
]);
