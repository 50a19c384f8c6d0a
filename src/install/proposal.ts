import type { FoundLog } from './survey.ts';

/** How the first configuration tells people: a channel, its options as YAML. */
export interface Way {
  readonly by: string;
  readonly options: string;
  /** The account that must be connected before it works. */
  readonly account?: string;
}

/** What a first configuration says. */
export interface Proposal {
  readonly logs: readonly FoundLog[];
  readonly packs: readonly string[];
  /** Absent: there is only the log of alerts. */
  readonly way?: Way;
  /** A file that gets a line for each alert; absent: the screen shows it. */
  readonly alertLog?: string;
}

/** The text of a configuration, with comments for whoever edits it next. */
export function proposalText({ logs, packs, way, alertLog }: Proposal): string {
  const isTold = way !== undefined;
  const log = alertLog === undefined ? '{ screen: {} }' : `{ file: { file: ${quoted(alertLog)} } }`;
  return `# Made by "bird-sentinel init" for this machine. Everything in it may be changed.
# After a change: bird-sentinel check, then bird-sentinel reload. What each key means: man bird-sentinel.yaml

# What is watched: from now on, as it is written, across rotations.
sources:
${logs.map(sourceLine).join('\n')}

# Rules that are shipped, for the programs of this machine. "bird-sentinel test --pack sshd" plays the
# lines that each is tried on. One is changed, or switched off, below rules:
#   - { id: sshd/brute-force, count: { reach: 10 }, alert: { severity: critical } }
#   - { id: kernel/link-down, enabled: false }
include:
${packs.map((pack) => `  - { pack: ${pack} }`).join('\n')}

# Rules of your own: a pattern, and how bad it is. "bird-sentinel explain LINE" says what becomes of a line.
rules:
  - id: disk-error
    match: 'I/O error'
    quiet: 1h # tell at most once an hour, count the rest
    alert: { severity: critical }
${accountsOf(way)}
# Ways out.
channels:
${wayLine(way)}  log: ${log}

# Who is told: the next channel when the one before fails.
receivers:
  admin: { channels: [${isTold ? 'phone, log' : 'log'}] }

# Which alerts go to whom: the first that fits wins.
routes:
  - { when: { severity: info }, to: [log] }
  - { to: [${isTold ? 'admin, log' : 'admin'}] }
`;
}

function sourceLine({ name, source, path }: FoundLog): string {
  return `  ${name}: ${source === 'file' ? `{ file: ${quoted(path)} }` : `{ ${source}: {} }`}`;
}

const accountsOf = (way: Way | undefined): string =>
  way?.account === undefined
    ? ''
    : `
# The account that writes. Its tokens come from: bird-sentinel auth login x --account ${way.account}
accounts:
  ${way.account}: { x: {} }
`;

const wayLine = (way: Way | undefined): string =>
  way === undefined ? '' : `  phone: { ${way.by}: ${way.options} }\n`;

/** A scalar of YAML between single quotes (YAML 1.2.2, 7.3.2). */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

interface WayKind {
  /** What a person is asked. */
  readonly question: string;
  readonly account?: string;
  /** Options as YAML for what was answered; undefined: it is no answer. */
  readonly read: (where: string, sender: string) => string | undefined;
}

/** The account that `auth login` connects unless it is told another. */
const usualAccount = 'bot';

const ways: { readonly [by: string]: WayKind } = {
  'x-dm': {
    question: 'Who gets the direct message (@name, or @me): ',
    account: usualAccount,
    read: (where) => `{ account: ${usualAccount}, to: ${quoted(named(where))} }`,
  },
  email: {
    question: 'Mail address, and the server if it is not smtp://localhost: ',
    read(where, sender) {
      const [to = '', server = 'smtp://localhost'] = where.split(/\s+/);
      if (to === '') return undefined;
      return `{ to: [${quoted(to)}], from: ${quoted(sender)}, server: ${quoted(server)} }`;
    },
  },
  webhook: {
    question: 'Address of the webhook: ',
    read: (where) => (where === '' ? undefined : `{ url: ${quoted(where)} }`),
  },
  exec: {
    question: 'Program, with its arguments: ',
    read: (where) =>
      where === '' ? undefined : `{ command: [${where.split(/\s+/).map(quoted).join(', ')}] }`,
  },
};

/** The word for no way at all. */
export const noWay = 'none';

/** What can be answered to "how shall it tell you?". */
export const wayNames: readonly string[] = [...Object.keys(ways), noWay];

/** The question that follows; undefined: none does. */
export const wayQuestion = (by: string): string | undefined => ways[by]?.question;

/** Reads what a person answered: `x-dm`, `@name`. Refused when it is no way, or cannot stand on a line of YAML. */
export function readWay(
  by: string,
  where: string,
  sender: string,
): { readonly ok: true; readonly way?: Way } | { readonly ok: false } {
  if (by === noWay) return { ok: true };
  const kind = Object.hasOwn(ways, by) ? ways[by] : undefined;
  const options = cannotStand.test(where) ? undefined : kind?.read(where, sender);
  if (kind === undefined || options === undefined) return { ok: false };
  const account = kind.account === undefined ? {} : { account: kind.account };
  return { ok: true, way: { by, options, ...account } };
}

const cannotStand = /[\p{Cc}\u2028\u2029]/u;

const named = (where: string): string => {
  if (where === '') return '@me';
  return /^[@\d]/.test(where) ? where : `@${where}`;
};
