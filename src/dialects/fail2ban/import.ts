import { compileRegex } from '../../match/perl/compile.ts';
import type { MatchPorts } from '../../match/contract.ts';
import { parseNetwork, parseAddress } from '../../match/address.ts';
import {
  distinctNames,
  ruleName,
  secondsText,
  writeRules,
  type Imported,
  type Written,
  type WrittenRule,
} from '../native/write.ts';
import { composeFailure, composeIgnored, type Composed } from './compose.ts';
import { cutDate } from './dates.ts';
import { HEAD, isFilter, readFilter, type Filter } from './filter.ts';
import type { Folder } from './ini.ts';
import { readJails, termsFor, usualTerms, type Jail, type Terms } from './jails.ts';

/** What importing needs of the machine. */
export interface Fail2banPorts extends Folder {
  readonly match: MatchPorts;
}

const NOT_CARRIED = 'not carried over:';

/** A rule that is being made of a filter. */
interface Draft {
  readonly id: string;
  readonly source: string | undefined;
  readonly terms: Terms;
  readonly from: string;
}

/** A ban without an end: an alert is told once in this time. */
const LONGEST_QUIET = 365 * 86_400;

/** Files that syslog writes; others hold lines as the program writes them. */
const isSyslog = (path: string): boolean =>
  /^\/var\/log\/(?:auth\.log|secure|syslog|messages|(?:daemon|user|kern|cron)\.log|mail(?:\.\w+|log)?)$/.test(
    path,
  );

/**
 * A filter of fail2ban's as rules, or all enabled jails of a `jail.conf` or `jail.local`. `jail`: a jail file that
 * says how many failures count for a filter. Failures are counted per address, as fail2ban does; nothing is banned.
 */
export function importFail2ban(path: string, ports: Fail2banPorts, jail?: string): Imported {
  if (isFilter(path, ports)) {
    const name = baseName(path);
    const terms = jail === undefined ? usualTerms : termsFor(name, jail, ports);
    const made = rulesOf(
      readFilter(path, ports),
      { id: ruleName(name), source: undefined, terms, from: path },
      ports,
    );
    return written([made]);
  }
  const { jails, missing } = readJails(path, ports);
  const named = distinctNames();
  const made = jails.map((each) => jailRules(each, path, named(ruleName(each.name)), ports));
  const lost: Made = { rules: [], left: missing };
  return written([...made, lost]);
}

interface Made {
  readonly rules: readonly WrittenRule[];
  readonly source?: Source;
  /** What was not carried over, in words. */
  readonly left: readonly string[];
}

type Source = readonly [name: string, source: Written];

const baseName = (path: string): string => path.replace(/^.*\//, '').replace(/\.[^.]*$/, '');

function jailRules(jail: Jail, path: string, id: string, ports: Fail2banPorts): Made {
  const base = path.includes('/') ? path.replace(/\/[^/]*$/, '') : '.';
  const file = `${base}/filter.d/${jail.filter}.conf`;
  if (ports.read(file) === undefined) {
    return { rules: [], left: [`jail ${jail.name}: ${file} is not there`] };
  }
  const { parameters: given, isJournal, logs, terms } = jail;
  const filter = readFilter(file, ports, { given, syslog: logs.every(isSyslog), isJournal });
  const name = ruleName(jail.name);
  const { source, left } = isJournal ? journalOf(filter.journal) : { source: fileOf(logs), left: [] };
  const draft = {
    id,
    source: source === undefined ? undefined : name,
    terms,
    from: `jail ${jail.name}, ${file}`,
  };
  const made = rulesOf(filter, draft, ports);
  const told = [...made.left, ...left.map((why) => `jail ${jail.name}: ${why}`)];
  return { ...made, left: told, ...(source === undefined ? {} : { source: [name, source] }) };
}

const fileOf = (logs: readonly string[]): Written | undefined =>
  logs.length === 0 ? undefined : { file: logs.length === 1 ? (logs[0] ?? '') : logs };

/** The part of systemd's journal that `journalmatch` names; all of it where that has choices of several fields. */
function journalOf(choices: readonly string[]): {
  readonly source: Written;
  readonly left: readonly string[];
} {
  if (choices.length === 0) return { source: { journal: true }, left: [] };
  const [matches = [], ...others] = choices.map((line) => line.trim().split(/\s+/));
  const plain = others.length === 0 && matches.every((each) => /^[A-Z_][A-Z0-9_]*=[^"'\\]+$/.test(each));
  if (plain) return { source: { journal: { matches } }, left: [] };
  const why = `journalmatch ${choices.join(' + ')}: the whole journal is read`;
  return { source: { journal: true }, left: [why] };
}

function written(all: readonly Made[]): Imported {
  const left = all.flatMap((made) => made.left);
  const rules = all.flatMap((made) => made.rules);
  const comments = [
    'Imported from fail2ban. Failures are counted in a sliding window; classes such as \\w are those of ASCII; names of',
    'hosts are not looked up. A rule tells of an address once in the time of a ban: nothing is banned.',
    ...left.map((why) => `${NOT_CARRIED} ${why}`),
  ];
  const sources = all.flatMap(({ source }) => (source === undefined ? [] : [source]));
  const below = rules.flatMap((rule) => rule.comments.filter((each) => each.startsWith(NOT_CARRIED)));
  return {
    text: writeRules(comments, rules, sources),
    rules: rules.length,
    left: left.length + below.length,
  };
}

/** The rule of one filter; none when nothing of it can be carried over. */
function rulesOf(filter: Filter, draft: Draft, { match }: Fail2banPorts): Made {
  const left = filter.missing.map((why) => `${draft.from}: ${why}`);
  const date = cutDate(filter.datePattern);
  for (const form of date.elsewhere)
    left.push(`${draft.from}: a time is allowed for at the beginning of a line only: datepattern ${form}`);
  const usable = (found: readonly Composed[], what: string): readonly Composed[] =>
    found.flatMap((each) => {
      const why = wrongWith(each.source, match);
      if (why === undefined) return [each];
      if (wrongWith(each.bare, match) === undefined) return [{ ...each, source: each.bare }];
      left.push(`${draft.from}: ${why} in ${shown(what)}`);
      return [];
    });
  const failuresOf = (failregex: string, form: Filter): readonly Failure[] => {
    const outcome = composeFailure(failregex, form, date);
    if (!outcome.ok) {
      left.push(`${draft.from}: ${outcome.why}: ${shown(failregex)}`);
      return [];
    }
    const harmless = usable(outcome.harmless, failregex);
    return usable(outcome.failures, failregex).map((pattern) => ({ pattern, harmless }));
  };
  const failures = filter.failures.flatMap((failregex) => {
    const found = failuresOf(failregex, filter);
    // Without a jail nobody says whether syslog writes the file, or the program itself.
    const isEither = draft.source === undefined && found.some(({ pattern }) => pattern.syslog);
    return isEither ? [...found, ...failuresOf(failregex, { ...filter, syslog: false })] : found;
  });
  const ignored = filter.ignored.flatMap((ignoreregex) => {
    const composed = composeIgnored(ignoreregex, filter, date);
    if (composed === undefined) left.push(`${draft.from}: ignoreregex ${shown(ignoreregex)}`);
    return composed === undefined ? [] : usable([composed], ignoreregex);
  });
  const rules = failures.length === 0 ? [] : [ruleOf(failures, ignored, filter, draft)];
  return { rules, left: [...new Set(left)] };
}

/** Our mark for the head of a line is no text for anybody. */
const shown = (expression: string): string => expression.replaceAll(HEAD, '<head>');

/** A pattern, and those of its lines that are no failure. */
interface Failure {
  readonly pattern: Composed;
  readonly harmless: readonly Composed[];
}

const scoped = ({ source, syslog }: Composed): Written => ({
  pattern: source,
  in: syslog ? 'message' : 'line',
});

/** Patterns of a rule whose own patterns are those of messages, or of whole lines. */
const formsOf = (failures: readonly Failure[], inMessage: boolean): readonly Written[] => {
  const written = (each: Composed): Written => (each.syslog === inMessage ? each.source : scoped(each));
  const formOf = ({ pattern, harmless }: Failure): Written =>
    harmless.length === 0
      ? written(pattern)
      : { all: [written(pattern), ...harmless.map((each) => ({ not: written(each) }))] };
  return [...new Map(failures.map((each) => [each.pattern.source, formOf(each)])).values()];
};

function wrongWith(source: string, match: MatchPorts): string | undefined {
  const compiled = compileRegex(source, { dialect: 'native', file: '', line: 1, column: 1 }, match);
  return compiled.ok ? undefined : (compiled.diagnostics[0]?.message ?? 'it cannot be compiled');
}

/** One rule for all patterns of a filter: failures are counted together, whichever form a line has. */
function ruleOf(
  failures: readonly Failure[],
  excepted: readonly Composed[],
  { daemon }: Filter,
  draft: Draft,
): WrittenRule {
  const { id, source, from } = draft;
  const { maxRetry, findTime, banTime, ignored } = draft.terms;
  const messages = failures.filter(({ pattern }) => pattern.syslog);
  const lines = failures.filter(({ pattern }) => !pattern.syslog);
  const inMessage = messages.length > 0;
  const forms = [
    ...ofProgram(formsOf(messages, inMessage), daemon === '\\S*' ? undefined : daemon),
    ...formsOf(lines, inMessage),
  ];
  const except: readonly Written[] = [
    ...excepted.map(scoped),
    ...(ignored.some(isNetwork) ? [{ field: 'ip', in: ignored.filter(isNetwork) }] : []),
  ];
  const names = ignored.filter((each) => !isNetwork(each));
  const lost = [...(names.length === 0 ? [] : [`ignoreip ${names.join(' ')}`]), ...draft.terms.lost];
  return {
    comments: [from, ...lost.map((each) => `${NOT_CARRIED} ${each}`)],
    rule: {
      id,
      ...(source === undefined ? {} : { from: source }),
      in: inMessage ? 'message' : 'line',
      match: forms.length === 1 ? forms[0] : forms,
      ...(except.length === 0 ? {} : { except }),
      key: ['ip'],
      count: { reach: Math.min(Math.max(maxRetry, 1), 10_000), within: secondsText(Math.max(findTime, 1)) },
      quiet: secondsText(banTime < 0 ? LONGEST_QUIET : banTime),
      alert: { title: `${id}: {{ ip }} failed {{ count }} times` },
    },
  };
}

/** The forms for lines of one program only. */
function ofProgram(forms: readonly Written[], daemon: string | undefined): readonly Written[] {
  const [first] = forms;
  if (first === undefined || daemon === undefined) return forms;
  return [{ all: [programTest(daemon), forms.length === 1 ? first : { any: forms }] }];
}

/** fail2ban takes the name of the program also in brackets, or with a part of it behind it. */
function programTest(daemon: string): Written {
  return { field: 'program', matches: String.raw`^[\[(]?(?:${daemon})(?:\(\S+\))?[\])]?$` };
}

const isNetwork = (text: string): boolean =>
  parseAddress(text) !== undefined || parseNetwork(text) !== undefined;
