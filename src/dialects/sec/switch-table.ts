/** What one of SEC's switches takes. Numbers outside the range mean the default, and a warning. */
export type SwitchForm =
  | { readonly takes: 'nothing' }
  | { readonly takes: 'whole' | 'real' | 'mask'; readonly least: number; readonly most: number }
  /** `adds`: each use adds one; otherwise the last counts. */
  | { readonly takes: 'text'; readonly adds: boolean };

const flag: SwitchForm = { takes: 'nothing' };
const text: SwitchForm = { takes: 'text', adds: false };
const texts: SwitchForm = { takes: 'text', adds: true };
const whole = (least: number, most = Number.MAX_SAFE_INTEGER): SwitchForm => ({
  takes: 'whole',
  least,
  most,
});

/** All switches by name. Where a name has `-timeout` or `timeout-`, `_` does as well as `-`. */
export const switchForms = {
  conf: texts,
  input: texts,
  'input-timeout': whole(0),
  'timeout-script': text,
  'reopen-timeout': whole(0),
  'check-timeout': whole(0),
  'poll-timeout': { takes: 'real', least: 0, most: Number.MAX_VALUE },
  'socket-timeout': whole(1),
  blocksize: whole(1),
  bufsize: whole(0),
  evstoresize: whole(0),
  cleantime: whole(0),
  log: text,
  syslog: text,
  debug: whole(1, 6),
  pid: text,
  dump: text,
  user: text,
  group: texts,
  umask: { takes: 'mask', least: 0, most: 0o777 },
  dumpfts: flag,
  dumpfjson: flag,
  ruleperf: flag,
  quoting: flag,
  tail: flag,
  fromstart: flag,
  detach: flag,
  jointbuf: flag,
  keepopen: flag,
  rwfifo: flag,
  childterm: flag,
  intevents: flag,
  intcontexts: flag,
  testonly: flag,
  help: flag,
  version: flag,
} as const satisfies Readonly<Record<string, SwitchForm>>;

export type SwitchName = keyof typeof switchForms;

/** A way to write a switch; `value` is what the name alone says. */
interface Spelling {
  readonly name: SwitchName;
  readonly value: boolean;
}

const NOT_NEGATED = new Set<SwitchName>(['help', 'version']);

/** Every name a switch goes by, `no` forms too. */
const spellings: ReadonlyMap<string, Spelling> = new Map(
  // Object.entries loses the type of the keys; the table above has no others.
  (Object.entries(switchForms) as [SwitchName, SwitchForm][]).flatMap(([name, { takes }]) => {
    const names = name.includes('timeout') ? [name, name.replace('-', '_')] : [name];
    const plain = names.map((spelling): [string, Spelling] => [spelling, { name, value: true }]);
    if (takes !== 'nothing' || NOT_NEGATED.has(name)) return plain;
    const negated: Spelling = { name, value: false };
    return [...plain, [`no${name}`, negated] as const, [`no-${name}`, negated] as const];
  }),
);

/** The switch that is meant by a name or its beginning, in any case; several names: it is not clear which. */
export function findSwitch(written: string): Spelling | readonly string[] {
  const beginning = written.toLowerCase();
  if (beginning === '?') return { name: 'help', value: true };
  const exact = spellings.get(beginning);
  if (exact !== undefined) return exact;
  const found = [...spellings].filter(([name]) => beginning !== '' && name.startsWith(beginning));
  const meant = new Map(found.map(([, { name, value }]) => [`${String(value)} ${name}`, { name, value }]));
  const [only] = meant.values();
  return meant.size === 1 && only !== undefined ? only : found.map(([name]) => name);
}
