import type { MatchPorts } from '../match/contract.ts';
import { compilePattern } from '../match/matcher.ts';
import type { Alert, Notification } from '../model/alert.ts';
import type { Message } from '../model/delivery.ts';
import type { Program } from '../model/program.ts';
import type { Instant } from '../model/time.ts';
import { renderMessage } from '../render/message.ts';
import type { TextShape } from '../render/shape.ts';
import { createTemplates, type Template } from '../render/template.ts';

/** Makes the words of a notification, once, at its first attempt. */
export type Wording = (notification: Notification, alerts: readonly Alert[], now: Instant) => Message;

/** Compiles the rules' templates; `shapeOf` tells how a channel wants its text. */
export async function createWording(
  program: Program,
  shapeOf: (channel: string) => TextShape,
  zone: string,
  match: MatchPorts,
): Promise<Wording> {
  const compiled = await compileAll(program, zone);
  const groups = groupsOf(program, match);
  return (notification, alerts, now) =>
    renderMessage({
      notification,
      alerts,
      templates: (rule) => compiled.get(rule),
      shape: shapeOf(notification.channel),
      zone,
      now,
      groups,
    });
}

/** The named groups of a rule's pattern, found when they are first asked for. */
function groupsOf(program: Program, match: MatchPorts): (rule: string) => readonly string[] | undefined {
  const native = program.rules.filter(({ origin }) => origin.dialect === 'native');
  const patterns = new Map(native.map((rule) => [rule.id, rule.pattern]));
  const known = new Map<string, readonly string[]>();
  return (id) => {
    const pattern = patterns.get(id);
    if (pattern === undefined) return undefined;
    const found = known.get(id) ?? namesIn(compilePattern(pattern, match));
    known.set(id, found);
    return found;
  };
}

const namesIn = (compiled: ReturnType<typeof compilePattern>): readonly string[] =>
  compiled.ok ? compiled.value.groups : [];

interface RuleTemplates {
  readonly title?: Template;
  readonly text?: Template;
  readonly link?: string;
}

async function compileAll(program: Program, zone: string): Promise<ReadonlyMap<string, RuleTemplates>> {
  const compiled = new Map<string, RuleTemplates>();
  const wanting = program.rules.filter((rule) =>
    rule.actions.some(({ title, text, link }) => (title ?? text ?? link) !== undefined),
  );
  if (wanting.length === 0) return compiled;
  const templates = await createTemplates({ zone });
  const compile = (source: string | undefined, rule: Program['rules'][number]) => {
    if (source === undefined) return undefined;
    const checked = templates.compile(source, undefined, rule.origin);
    return checked.ok ? checked.value : undefined;
  };
  for (const rule of wanting) {
    const action = rule.actions.find((candidate) => candidate.type === 'alert');
    const title = compile(action?.title, rule);
    const text = compile(action?.text, rule);
    compiled.set(rule.id, {
      ...(title === undefined ? {} : { title }),
      ...(text === undefined ? {} : { text }),
      ...(action?.link === undefined ? {} : { link: action.link }),
    });
  }
  return compiled;
}
