import type { FoundLog } from './survey.ts';

/** How the first configuration tells people. `none`: only the log of alerts. */
export type Way =
  | { readonly kind: 'none' }
  | { readonly kind: 'x-dm'; readonly to: string }
  | { readonly kind: 'email'; readonly to: string; readonly from: string; readonly server: string }
  | { readonly kind: 'webhook'; readonly url: string }
  | { readonly kind: 'exec'; readonly command: readonly string[] };

/** What a first configuration says. */
export interface Proposal {
  readonly logs: readonly FoundLog[];
  readonly packs: readonly string[];
  readonly way: Way;
  /** A file that gets a line for each alert; absent: the screen shows it. */
  readonly alertLog?: string;
}

/** The text of a configuration, with comments for whoever edits it next. */
export function proposalText({ logs, packs, way, alertLog }: Proposal): string {
  const isTold = way.kind !== 'none';
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
  return source === 'journal' ? `  ${name}: { journal: {} }` : `  ${name}: { file: ${quoted(path)} }`;
}

const accountsOf = ({ kind }: Way): string =>
  kind === 'x-dm'
    ? `
# The account that writes. Its tokens come from: bird-sentinel auth login x --account bot
accounts:
  bot: { x: {} }
`
    : '';

function wayLine(way: Way): string {
  switch (way.kind) {
    case 'none':
      return '';
    case 'x-dm':
      return `  phone: { x-dm: { account: bot, to: ${quoted(way.to)} } }\n`;
    case 'email':
      return `  phone: { email: { to: [${quoted(way.to)}], from: ${quoted(way.from)}, server: ${quoted(way.server)} } }\n`;
    case 'webhook':
      return `  phone: { webhook: { url: ${quoted(way.url)} } }\n`;
    case 'exec':
      return `  phone: { exec: { command: [${way.command.map(quoted).join(', ')}] } }\n`;
  }
}

/** A scalar of YAML between single quotes (YAML 1.2.2, 7.3.2). What cannot stand there is no answer to take. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Reads what a person says of the way: `x-dm @name`, `email ops@example.org`; undefined: it is none. */
export function readWay(kind: string, where: string, defaults: { readonly from: string }): Way | undefined {
  // eslint-disable-next-line no-control-regex -- these are what a scalar on one line cannot hold
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(where)) return undefined;
  switch (kind) {
    case 'none':
    case 'screen':
      return { kind: 'none' };
    case 'x-dm':
      return { kind, to: where === '' || /^[@\d]/.test(where) ? where || '@me' : `@${where}` };
    case 'email': {
      const [to = '', server = 'smtp://localhost'] = where.split(/\s+/);
      return to === '' ? undefined : { kind, to, server, from: defaults.from };
    }
    case 'webhook':
      return where === '' ? undefined : { kind, url: where };
    case 'exec':
      return where === '' ? undefined : { kind, command: where.split(/\s+/) };
    default:
      return undefined;
  }
}
