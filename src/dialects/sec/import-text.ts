import { parseTemplate } from '../../engine/sec/template.ts';
import type { SecAction, SecActions } from '../../engine/sec/program.ts';
import { liquidText } from '../native/write.ts';
import { BUILT_IN_NAMES } from '../../render/words.ts';
import { carried, decoded, isContextName, left, type Carried } from './import-pattern.ts';

type Names = ReadonlyMap<string, string>;

/** What the variables of a rule's texts are. */
export interface Words {
  readonly names: Names;
  /** The rule's description, for `%s`. */
  readonly desc: string;
  /** The texts of a second pattern's match: there `%1` is a group of the first one. */
  readonly second?: true;
}

/** A text of SEC's as a Liquid template. */
export function importText(bytes: string, words: Words): Carried<string> {
  const rounds = { percent: words.second === true, dollar: true, action: true };
  let out = '';
  for (const part of parseTemplate(bytes, rounds).parts) {
    if (part.type === 'text') {
      out += liquidText(decoded(part.text));
      continue;
    }
    const value = part.type === 'match' ? matchVariable(part, words) : actionVariable(part.name, words);
    if (!value.ok) return value;
    out += value.value;
  }
  return carried(out);
}

function matchVariable(
  { sign, name }: { readonly sign: 'dollar' | 'percent'; readonly name: string },
  { names, second }: Words,
): Carried<string> {
  const isFirst = second === undefined || sign === 'percent';
  if (name === '0' && !(second === true && isFirst)) return carried('{{ line }}');
  const value = isFirst ? variable(names.get(name)) : undefined;
  return value === undefined
    ? left(`the variable ${sign === 'percent' ? '%' : '$'}${name} is none of the pattern`)
    : carried(value);
}

const variable = (name: string | undefined): string | undefined =>
  name === undefined
    ? undefined
    : `{{ ${BUILT_IN_NAMES.some((known) => known === name) ? 'fields.' : ''}${name} }}`;

function actionVariable(name: string, words: Words): Carried<string> {
  if (name === 's') return importText(words.desc, words);
  if (name === 't' || name === 'u') return carried('{{ last | time }}');
  return left(`the variable %${name} has no counterpart`);
}

/** The groups that a description is made of: what tells one correlation from another. */
export function keyOfDescription(desc: string, names: Names): Carried<readonly string[]> {
  const { parts } = parseTemplate(desc, { percent: false, dollar: true, action: true });
  const key = new Set<string>();
  for (const part of parts) {
    if (part.type === 'text') continue;
    const name = part.type === 'match' ? names.get(part.name) : undefined;
    if (name === undefined) return left('its description has a value that is no group of the pattern');
    key.add(name);
  }
  return carried([...key]);
}

/** What an action list comes to. */
export interface ImportedActions {
  /** The text of the alert that stands for what it says, a Liquid template. */
  readonly title?: string;
  readonly set?: { readonly context: string; readonly for: number };
  /** What is not carried over, in words. */
  readonly lost: readonly string[];
  /** What is carried over and is something else now. */
  readonly notes: readonly string[];
}

/** A context without an end. */
const FOR_EVER = 36_500 * 86_400;

/** SEC's actions that tell somebody something become the alert, `create` becomes `set`. */
export function importActions(actions: SecActions, words: Words): ImportedActions {
  let title: string | undefined;
  let set: ImportedActions['set'];
  const lost: string[] = [];
  const notes: string[] = [];
  for (const action of actions) {
    if (action.type === 'none') continue;
    if (action.type === 'create' && set === undefined) {
      const made = contextOf(action);
      if (made.ok) set = made.value;
      else lost.push(`create: ${made.why}`);
      continue;
    }
    const said = saidBy(action);
    const text = said === undefined ? undefined : importText(said, words);
    if (text === undefined) lost.push(action.type);
    else if (!text.ok) lost.push(`${action.type}: ${text.why}`);
    else {
      if (action.type !== 'logonly' || title !== undefined)
        notes.push(`"${action.type}" is told by the alert`);
      title ??= text.value;
    }
  }
  return { ...(title === undefined ? {} : { title }), ...(set === undefined ? {} : { set }), lost, notes };
}

function contextOf({
  context,
  life,
  actions,
}: Extract<SecAction, { type: 'create' }>): Carried<{ readonly context: string; readonly for: number }> {
  if (!isContextName(context)) return left(`the context ${decoded(context)} has no fixed name of its own`);
  if (actions.length > 0) return left('what is done when the context ends');
  if (!/^\d{1,9}$/.test(life)) return left('its life has no fixed length');
  return carried({ context, for: Number(life) === 0 ? FOR_EVER : Math.min(Number(life), FOR_EVER) });
}

/** The text that an action tells somebody; of commands the description stands for it. */
function saidBy(action: SecAction): string | undefined {
  switch (action.type) {
    case 'logonly':
    case 'write':
    case 'writen':
    case 'owritecl':
    case 'udgram':
    case 'ustream':
    case 'udpsock':
    case 'tcpsock':
    case 'pipe':
    case 'pipeexec':
      return action.text;
    case 'shellcmd':
    case 'cmdexec':
    case 'spawn':
    case 'spawnexec':
      return '%s';
    default:
      return undefined;
  }
}
