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
import { dateExpression } from './dates.ts';
import { isFilter, readFilter, type Filter } from './filter.ts';
import type { Folder } from './ini.ts';
import { readJails, termsFor, usualTerms, type Jail, type Terms } from './jails.ts';

/** What importing needs of the machine. */
export interface Fail2banPorts extends Folder {
  readonly match: MatchPorts;
}

/** A rule that is being made of a filter. */
interface Draft {
  readonly id: string;
  readonly source: string | undefined;
  readonly terms: Terms;
  readonly from: string;
}

/** A ban without an end: an alert is told once in this time. */
const LONGEST_QUIET = 365 * 86_400;

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
  const sources = jails.flatMap(({ name, logs }) =>
    logs.length === 0 ? [] : [[ruleName(name), logs] as const],
  );
  return written([...made, lost], sources);
}

interface Made {
  readonly rules: readonly WrittenRule[];
  /** What was not carried over, in words. */
  readonly left: readonly string[];
}

const baseName = (path: string): string => path.replace(/^.*\//, '').replace(/\.[^.]*$/, '');

function jailRules(jail: Jail, path: string, id: string, ports: Fail2banPorts): Made {
  const base = path.includes('/') ? path.replace(/\/[^/]*$/, '') : '.';
  const file = `${base}/filter.d/${jail.filter}.conf`;
  if (ports.read(file) === undefined) {
    return { rules: [], left: [`jail ${jail.name}: ${file} is not there`] };
  }
  const source = jail.logs.length === 0 ? undefined : ruleName(jail.name);
  return rulesOf(
    readFilter(file, ports, jail.parameters),
    { id, source, terms: jail.terms, from: `jail ${jail.name}, ${file}` },
    ports,
  );
}

function written(
  all: readonly Made[],
  sources: readonly (readonly [string, readonly string[]])[] = [],
): Imported {
  const left = all.flatMap((made) => made.left);
  const rules = all.flatMap((made) => made.rules);
  const comments = [
    'Imported from fail2ban. Failures are counted in a sliding window; classes such as \\w are those of ASCII; names of',
    'hosts are not looked up. A rule tells of an address once in the time of a ban: nothing is banned.',
    ...left.map((why) => `not carried over: ${why}`),
  ];
  return { text: writeRules(comments, rules, sources), rules: rules.length, left: left.length };
}

/** The rules of one filter: one for patterns of messages, one for patterns of whole lines. */
function rulesOf(filter: Filter, draft: Draft, { match }: Fail2banPorts): Made {
  const left = filter.missing.map((why) => `${draft.from}: ${why}`);
  const date = dateExpression(filter.datePattern);
  const failures: Composed[] = [];
  const excepted: Composed[] = [];
  const take = (found: readonly Composed[], into: Composed[], what: string): void => {
    for (const each of found) {
      const why = wrongWith(each.source, match);
      if (why === undefined) into.push(each);
      else left.push(`${draft.from}: ${why} in ${what}`);
    }
  };
  for (const failregex of filter.failures) {
    const outcome = composeFailure(failregex, filter, date);
    if (!outcome.ok) left.push(`${draft.from}: ${outcome.why}: ${failregex.replaceAll('\uE000', '<head>')}`);
    else {
      take(outcome.failures, failures, failregex);
      take(outcome.excepted, excepted, failregex);
    }
  }
  for (const ignoreregex of filter.ignored) {
    const composed = composeIgnored(ignoreregex, filter, date);
    if (composed === undefined) left.push(`${draft.from}: ignoreregex ${ignoreregex}`);
    else take([composed], excepted, ignoreregex);
  }
  const rules = [true, false].flatMap((syslog) => {
    const own = failures.filter((each) => each.syslog === syslog);
    return own.length === 0
      ? []
      : [
          ruleOf(own, excepted, filter, {
            ...draft,
            id: syslog || failures.every((each) => !each.syslog) ? draft.id : `${draft.id}-lines`,
          }),
        ];
  });
  return { rules, left };
}

function wrongWith(source: string, match: MatchPorts): string | undefined {
  const compiled = compileRegex(source, { dialect: 'native', file: '', line: 1, column: 1 }, match);
  return compiled.ok ? undefined : (compiled.diagnostics[0]?.message ?? 'it cannot be compiled');
}

function ruleOf(
  patterns: readonly Composed[],
  excepted: readonly Composed[],
  { daemon }: Filter,
  draft: Draft,
): WrittenRule {
  const { id, source, from } = draft;
  const { maxRetry, findTime, banTime, ignored } = draft.terms;
  const syslog = patterns[0]?.syslog === true;
  const sources = [...new Set(patterns.map((each) => each.source))];
  const program = syslog && daemon !== undefined && daemon !== '\\S*' ? programTest(daemon) : undefined;
  const texts: Written = sources.length === 1 ? (sources[0] ?? '') : sources;
  const scope = syslog ? 'message' : 'line';
  const except: readonly Written[] = [
    ...excepted.map((each): Written => ({ pattern: each.source, in: each.syslog ? 'message' : 'line' })),
    ...(ignored.some(isNetwork) ? [{ field: 'ip', in: ignored.filter(isNetwork) }] : []),
  ];
  const names = ignored.filter((each) => !isNetwork(each));
  return {
    comments: [from, ...(names.length === 0 ? [] : [`not carried over: ignoreip ${names.join(' ')}`])],
    rule: {
      id,
      ...(source === undefined ? {} : { from: source }),
      in: scope,
      match:
        program === undefined
          ? texts
          : { all: [program, typeof texts === 'string' ? texts : { any: texts }] },
      ...(except.length === 0 ? {} : { except }),
      key: ['ip'],
      count: { reach: Math.min(Math.max(maxRetry, 1), 10_000), within: secondsText(Math.max(findTime, 1)) },
      quiet: secondsText(banTime < 0 ? LONGEST_QUIET : banTime),
      alert: { title: `${id}: {{ ip }} failed {{ count }} times` },
    },
  };
}

/** fail2ban takes the name of the program also in brackets, or with a part of it behind it. */
function programTest(daemon: string): Written {
  return { field: 'program', matches: String.raw`^[\[(]?(?:${daemon})(?:\(\S+\))?[\])]?$` };
}

const isNetwork = (text: string): boolean =>
  parseAddress(text) !== undefined || parseNetwork(text) !== undefined;
