import { existsSync } from 'node:fs';
import type { Receiver, Route } from '../../alerting/contract.ts';
import { routeOf, type Routing } from '../../alerting/route.ts';
import { matches, type Subject } from '../../alerting/subject.ts';
import type { Silence } from '../../alerting/silence.ts';
import type { Config } from '../../config/config.ts';
import { formatDuration } from '../../kit/duration.ts';
import { safeLine } from '../../kit/terminal.ts';
import { instant } from '../../model/time.ts';
import { ledgerPath } from '../../store/directory.ts';
import { isSeverity, readPairs } from '../conditions.ts';
import { exit, type ExitCode } from '../exit.ts';
import { keptSilences } from '../kept-silences.ts';
import { readConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson } from '../terminal.ts';
import { withReader } from '../with-reader.ts';

/** `routes test FIELD=VALUE…`: where an alert would go, and why. Tells nobody. */
export async function test(settings: Settings, args: readonly string[]): Promise<ExitCode> {
  const subject = subjectOf(args);
  if (typeof subject === 'string') {
    complain(subject);
    return exit.usage;
  }
  const config = await readConfig(settings, { onScreen: false });
  if (config === undefined) return exit.badConfiguration;
  const routing = routeOf(config, subject);
  const silences = await silencesFor(settings, subject);
  if (settings.json) printJson({ version: 1, ...plainRouting(config, routing, subject), silences });
  else show(config, routing, subject, silences);
  return routing.receivers.length === 0 ? exit.failed : exit.done;
}

/** What the arguments describe, or what is wrong with them. */
function subjectOf(args: readonly string[]): Subject | string {
  const read = readPairs(args);
  if (!read.ok) return read.detail;
  const {
    rule = '',
    severity = 'warning',
    source = '',
    host,
    program,
    ...fields
  } = Object.fromEntries(read.pairs);
  if (!isSeverity(severity)) return `severity is one of info, warning, critical, not '${severity}'`;
  return {
    rule,
    severity,
    source,
    fields,
    ...(host === undefined ? {} : { host }),
    ...(program === undefined ? {} : { program }),
  };
}

/** Silences in force that would mute it; none where nothing has run yet. */
async function silencesFor(settings: Settings, subject: Subject): Promise<readonly Silence[]> {
  if (!existsSync(ledgerPath(settings.state))) return [];
  const found: Silence[] = [];
  await withReader(settings, (reader) => {
    const now = instant(Date.now());
    for (const silence of keptSilences(reader, now)) {
      if (silence.startsAt <= now && matches(silence.when, subject)) found.push(silence);
    }
    return exit.done;
  });
  return found;
}

function plainRouting(
  { routes }: Config,
  { receivers, why, plans, escalations = [] }: Routing,
  subject: Subject,
) {
  return {
    routes: routes.map((route, index) => ({ route: index + 1, matches: matches(route.when, subject) })),
    why,
    receivers: receivers.map(({ name, channels, nextAfter }) => ({
      name,
      channels,
      nextAfter,
      repeat: plans?.get(name)?.repeat,
      group: plans?.get(name)?.group,
    })),
    escalations,
  };
}

function show(config: Config, routing: Routing, subject: Subject, silences: readonly Silence[]): void {
  config.routes.forEach((route, index) => print(safeLine(routeLine(route, index + 1, subject))));
  const { receivers, why, plans, escalations = [] } = routing;
  if (receivers.length === 0) print(`nobody hears of it (${why})`);
  for (const receiver of receivers) {
    print(`${receiver.name} (${why}): ${wayOf(receiver)}`);
    const { repeat, group } = plans?.get(receiver.name) ?? {};
    if (group !== undefined) {
      const wait = `waits ${formatDuration(group.wait)} for others, then at most every ${formatDuration(group.every)}`;
      print(`  grouped by ${group.by.join(', ')}: ${wait}`);
    }
    if (repeat !== undefined)
      print(`  told again after ${formatDuration(repeat)}, until somebody acknowledges it`);
    const { quietHours } = receiver;
    if (quietHours?.hold.includes(subject.severity) === true)
      print(`  held in the quiet hours ${quietHours.name}`);
  }
  for (const { after, to } of escalations)
    print(`after ${formatDuration(after)} without an acknowledgement also to ${to.join(', ')}`);
  for (const { id, author, comment } of silences)
    print(safeLine(`MUTED NOW by silence ${id} of ${author}: ${comment}`));
}

function routeLine({ when, continues }: Route, number: number, subject: Subject): string {
  const wants = [
    ...(when.severity === undefined ? [] : [`severity ${when.severity.join(' or ')}`]),
    ...(when.rule === undefined ? [] : [`rule ${when.rule.join(' or ')}`]),
    ...Object.entries(when.fields).map(([name, globs]) => `${name} ${globs.join(' or ')}`),
  ];
  const verdict = matches(when, subject)
    ? continues
      ? 'matches, and goes on'
      : 'matches'
    : 'does not match';
  return `route ${number} (${wants.length === 0 ? 'everything' : wants.join(', ')}): ${verdict}`;
}

const wayOf = ({ channels, nextAfter }: Receiver): string =>
  channels.length < 2
    ? `by ${channels.join('')}`
    : `by ${channels.join(', then ')}, each after ${formatDuration(nextAfter)} without success`;
