import { formatDuration } from '../kit/duration.ts';
import { safeLine } from '../kit/terminal.ts';
import { millis } from '../model/time.ts';
import type {
  AlertExplanation,
  Explanation,
  MatchedRule,
  NearRule,
  ReceiverExplanation,
} from './explanation.ts';

/** An explanation as lines for a person. What is quoted of the log is made harmless, line by line. */
export function explanationLines(explanation: Explanation): readonly string[] {
  const { matched, near, timed = [], alerts, notes } = explanation;
  return [
    ...parsedLines(explanation),
    '',
    ...timed.flatMap((alert) => [`before it, at ${alert.at}, by a timer:`, ...alertLines(alert), '']),
    ...(matched.length === 0 ? ['no rule matches'] : ['matched:', ...matched.flatMap(matchedLines)]),
    ...(near.length === 0 ? [] : ['', 'came near:', ...near.flatMap(nearLines)]),
    '',
    ...(alerts.length === 0 ? ['nothing is raised, and nobody hears of it'] : alerts.flatMap(alertLines)),
    ...notes.map((note) => `note: ${note}`),
  ].map(safeLine);
}

function parsedLines({ line, parsed }: Explanation): readonly string[] {
  const { format, source, host, program, pid, severity, text, fields } = parsed;
  const known = Object.entries({ host, program, pid, severity }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  );
  const members = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [
    `line    ${line}`,
    `read    as ${format}${source === undefined ? '' : ` of source ${source}`}, ${timeWords(parsed)}`,
    ...(known.length === 0 ? [] : [`        ${known.join(', ')}`]),
    ...(text === line ? [] : [`text    ${text}`]),
    ...(members.length === 0 ? [] : [`fields  ${members.join(' ')}`]),
  ];
}

function timeWords({ at, isStamped, isImplausible }: Explanation['parsed']): string {
  if (!isStamped) return `says not when it was written: taken for ${at}`;
  return isImplausible === true ? `names a time that cannot be true: taken for ${at}` : `written ${at}`;
}

function matchedLines({ rule, kind, file, line, found, key, why, template }: MatchedRule): readonly string[] {
  const named = pairs(found);
  const keyed = pairs(key);
  return [
    `  ${rule} (${kind}, ${file}:${line})`,
    ...(named === '' ? [] : [`    found: ${named}`]),
    ...(keyed === '' ? [] : [`    key: ${keyed}`]),
    ...(template === undefined ? [] : [`    looks like: ${template}`]),
    `    ${why}`,
  ];
}

const pairs = (fields: { readonly [name: string]: string }): string =>
  Object.entries(fields)
    .filter(([name], _, all) => !/^\d+$/.test(name) || all.every(([other]) => /^\d+$/.test(other)))
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join(', ');

const nearLines = ({ rule, missing }: NearRule): readonly string[] => [`  ${rule}: ${missing.join('; ')}`];

function alertLines({
  rule,
  key,
  severity,
  isNew,
  routing,
  receivers,
  escalations,
}: AlertExplanation): readonly string[] {
  const of = key.length === 0 ? '' : ` for ${key.join(', ')}`;
  return [
    `${isNew ? 'a new alert' : 'one more raise of an open alert'}: ${severity} ${rule}${of} (${routing})`,
    ...(receivers.length === 0
      ? ['  nobody is told: there is no receiver for it']
      : receivers.flatMap(receiverLines)),
    ...escalations.map(
      ({ after, to }) =>
        `  without an acknowledgement in ${formatDuration(millis(after))} also to ${to.join(', ')}`,
    ),
  ];
}

function receiverLines(receiver: ReceiverExplanation): readonly string[] {
  const { state, why, channel, kind, dueAt, parts = [], lengths = [], cost = 0 } = receiver;
  if (channel === undefined) return [`  ${receiver.receiver}: not told: ${why}`];
  const when = state === 'sending' ? why : `${state}${dueAt === undefined ? '' : ` until ${dueAt}`}: ${why}`;
  const size = parts.length === 1 ? `${lengths[0]} characters` : `${parts.length} parts`;
  return [
    `  ${receiver.receiver}: by ${channel} (${kind}), ${when}; ${size}${cost === 0 ? '' : `, $${cost.toFixed(3)}`}`,
    ...parts.flatMap((part) => part.split('\n')).map((text) => `    | ${text}`),
  ];
}
