import type { SwatchAction, SwatchActionCommon, SwatchText } from '../../engine/swatch/program.ts';
import { closest } from '../../kit/distance.ts';
import { cut, spotOf, words, type Text } from '../sec/text.ts';
import { actionThresholdNames, readCount, readWhen, thresholdOf } from './clock-forms.ts';
import { readCommand, type CommandForm } from './command.ts';
import { readText } from './interpolate.ts';
import { modeCode, modeNames } from './modes.ts';
import { readValues, type Values } from './options.ts';
import type { Report } from './report.ts';
import type { Statement } from './statements.ts';

/** How actions are read. */
export interface ActionForm extends CommandForm {
  /** Who gets mail that is addressed to nobody. */
  readonly user: string;
}

const COMMON = ['when', 'message', ...actionThresholdNames];

const OPTIONS: { readonly [Type in SwatchAction['type']]: readonly string[] } = {
  echo: ['modes'],
  bell: ['rings', 'delay'],
  exec: ['command'],
  mail: ['addresses', 'subject', 'mailer'],
  pipe: ['command', 'keep_open'],
  write: ['users', 'write'],
};

/** The words that begin an action. */
export const actionNames: readonly string[] = Object.keys(OPTIONS);

const isActionName = (name: string): name is SwatchAction['type'] => Object.hasOwn(OPTIONS, name);

/** Reads one action of a block; undefined: it is left out, and that was told. */
export function readAction(
  { keyword, value }: Statement,
  form: ActionForm,
  report: Report,
): SwatchAction | undefined {
  const name = keyword.text;
  if (!isActionName(name)) {
    const near = closest(name.toLowerCase(), actionNames);
    const hint = near === undefined ? `actions are ${actionNames.join(', ')}` : `did you mean ${near}?`;
    report.leftOut('action', keyword, `there is no action ${name}: it is left out`, hint);
    return undefined;
  }
  const names = [...OPTIONS[name], ...COMMON];
  const values = readValues(value, { names, isValue: valueTest(name) }, report);
  const common = readCommon(keyword, values, form, report);
  return common === undefined ? undefined : READERS[name]({ keyword, value, values, common, form, report });
}

/** Whether a piece behind a comma is a value of its own. */
function valueTest(name: SwatchAction['type']): (piece: string, before: string | undefined) => boolean {
  if (name === 'exec') return isCommandAfter;
  switch (name) {
    case 'echo':
      return (piece) => piece.split(/\s+/).every((word) => isMode(word));
    case 'pipe':
      return (piece, before) => piece === 'keep_open' || isCommandAfter(piece, before);
    case 'mail':
      return (piece) => /^[\w.+:@-]*@[\w.+:@-]+$/.test(piece);
    case 'bell':
      return (piece) => /^\d+$/.test(piece);
    default:
      return (piece, before) => before !== 'message' && /^[\w.:-]+$/.test(piece);
  }
}

/** A command can stand behind options that cannot hold one. */
const isCommandAfter = (piece: string, before: string | undefined): boolean =>
  before !== undefined && !['command', 'message'].includes(before) && !/^[\d*:,-]*$/.test(piece);

interface Given {
  readonly keyword: Text;
  readonly value: Text;
  readonly values: Values;
  readonly common: SwatchActionCommon;
  readonly form: ActionForm;
  readonly report: Report;
}

function readCommon(
  keyword: Text,
  { named }: Values,
  form: ActionForm,
  report: Report,
): SwatchActionCommon | undefined {
  const [given, told, on] = [named.get('when'), named.get('message'), named.get('threshold')];
  const when = given === undefined ? undefined : readWhen(given, report);
  const message =
    told === undefined ? undefined : readText(told, { ...form, command: false, told: true }, report);
  if (told !== undefined && message === undefined) return undefined;
  if (on?.text === 'on')
    report.repaired('threshold-on', on, 'swatch itself takes no threshold=on for an action');
  const asked = on?.text === 'on' || named.get('thresholding')?.text === 'on';
  const threshold = asked ? thresholdOf(named, keyword, form, report) : undefined;
  return {
    place: { file: report.file, line: spotOf(keyword).line },
    ...(when === undefined ? {} : { when }),
    ...(message === undefined ? {} : { message }),
    ...(threshold === undefined ? {} : { threshold }),
  };
}

const READERS: {
  readonly [Type in SwatchAction['type']]: (given: Given) => SwatchAction | undefined;
} = { echo: readEcho, bell: readBell, exec: readExec, mail: readMail, pipe: readPipe, write: readWrite };

const isMode = (word: string): boolean => /^(?:normal|inverse)$/i.test(word) || modeCode(word) !== undefined;

function readEcho({ values, common, report }: Given): SwatchAction {
  const named = values.named.get('modes');
  if (named !== undefined) report.repaired('modes', named, 'swatch itself dies of modes=');
  const modes = [...values.plain, ...(named === undefined ? [] : [named])].flatMap((text) =>
    words(text).flatMap(splitAtCommas),
  );
  // Behind `normal` swatch looks at no other mode.
  const plain = modes[0] !== undefined && /^normal$/i.test(modes[0].text);
  const codes = plain ? [] : modes.flatMap((mode) => codeOf(mode, report) ?? []);
  return { ...common, type: 'echo', style: codes.join(';') };
}

function splitAtCommas(word: Text): readonly Text[] {
  return [...word.text.matchAll(/[^,]+/g)].map(({ index, 0: part }) => cut(word, index, index + part.length));
}

function codeOf(mode: Text, report: Report): string | undefined {
  if (/^inverse$/i.test(mode.text)) {
    report.repaired(
      'mode',
      mode,
      'swatch itself dies of inverse, which its old manual names: reverse is meant',
    );
    return modeCode('reverse');
  }
  const code = modeCode(mode.text);
  if (code !== undefined) return code;
  const near = closest(mode.text.toLowerCase(), modeNames);
  const hint =
    near === undefined ? `modes are ${modeNames.slice(0, 12).join(', ')}, …` : `did you mean ${near}?`;
  report.leftOut(
    'mode',
    mode,
    `there is no mode ${mode.text}, of which swatch itself dies: it is left out`,
    hint,
  );
  return undefined;
}

/** Most rings of one line. */
const MOST_RINGS = 100;

function readBell({ values, common, report }: Given): SwatchAction | undefined {
  const given = values.plain[0] ?? values.named.get('rings');
  const rings = given === undefined || given.text === '' ? 1 : readCount(given, report);
  return rings === undefined ? undefined : { ...common, type: 'bell', rings: Math.min(rings, MOST_RINGS) };
}

function readExec(given: Given): SwatchAction | undefined {
  const command = commandOf(given);
  return command === undefined ? undefined : { ...given.common, type: 'exec', command };
}

function commandOf({ keyword, values, form, report }: Given) {
  const source = values.named.get('command') ?? values.plain.find(({ text }) => text !== 'keep_open');
  if (source !== undefined && source.text !== '')
    return readCommand(source, { ...form, command: true }, report);
  report.leftOut('command', keyword, `${keyword.text} has no command: it is left out`);
  return undefined;
}

function readPipe(given: Given): SwatchAction | undefined {
  const { values, report, common } = given;
  const command = commandOf(given);
  const flag = values.plain.find(({ text }) => text === 'keep_open');
  if (flag !== undefined)
    report.repaired('keep-open', flag, 'swatch itself runs this as the command: keep_open=1 works there');
  const keepOpen = flag !== undefined || values.named.has('keep_open');
  return command === undefined ? undefined : { ...common, type: 'pipe', command, keepOpen };
}

function readMail({ values, common, form, report }: Given): SwatchAction | undefined {
  const plain: SwatchText = [{ type: 'text', text: form.user }];
  const told = { ...form, command: false };
  const given = [...values.plain, ...(values.named.has('addresses') ? [values.named.get('addresses')] : [])];
  const people = given.flatMap((text) => (text === undefined || text.text === '' ? [] : [text]));
  const to = people.map((text) => readText(text, told, report));
  const subjectText = values.named.get('subject');
  const subject =
    subjectText === undefined ? DEFAULT_SUBJECT : readText(subjectText, { ...told, told: true }, report);
  if (subject === undefined || to.includes(undefined)) return undefined;
  const addresses = to.flatMap((text, index) => (index === 0 ? (text ?? []) : [COLON, ...(text ?? [])]));
  const variable = people.find((_, index) => to[index]?.some(({ type }) => type !== 'text'));
  if (variable !== undefined) report.trap('recipient', variable, 'the log says who gets this mail');
  const mailer = values.named.get('mailer');
  return {
    ...common,
    type: 'mail',
    to: people.length === 0 ? plain : addresses,
    subject,
    mailer: mailer === undefined ? DEFAULT_MAILER : words(mailer).map(({ text }) => text),
  };
}

const COLON = { type: 'text', text: ':' } as const;
const DEFAULT_SUBJECT: SwatchText = [{ type: 'text', text: 'Message from Swatchdog' }];
const DEFAULT_MAILER = ['/usr/sbin/sendmail', '-oi', '-t'];

function readWrite({ keyword, values, common, form, report }: Given): SwatchAction | undefined {
  const given = [...values.plain, ...(values.named.has('users') ? [values.named.get('users')] : [])];
  const users = given.flatMap((text) => (text === undefined ? [] : splitAtColons(text)));
  const texts = users.flatMap((user) => {
    const text = readText(user, { ...form, command: false }, report);
    return text === undefined ? [] : [text];
  });
  if (texts.length === 0) {
    report.leftOut('users', keyword, 'write names no user: it is left out');
    return undefined;
  }
  const program = values.named.get('write')?.text ?? '/usr/bin/write';
  return { ...common, type: 'write', program, users: texts };
}

const splitAtColons = (text: Text): readonly Text[] =>
  [...text.text.matchAll(/[^:\s]+/g)].map(({ index, 0: part }) => cut(text, index, index + part.length));
