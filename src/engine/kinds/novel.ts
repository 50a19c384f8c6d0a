import { z } from 'zod';
import { hashText } from '../../kit/hash.ts';
import type { JsonObject } from '../../model/json.ts';
import { after, instant, millis, type Instant } from '../../model/time.ts';
import { absorb, never, ruleKind, type KeyForm } from '../kind.ts';
import { ownText } from '../occurrence.ts';
import { durationOption } from '../options.ts';
import { lineTemplate } from './novel-template.ts';
import { createTemplates, type Template, type Templates } from './novel-templates.ts';
import { createSchooling } from './schooling.ts';

const ONE_DAY = millis(86_400_000);

/** How exactly it is kept when a template was last seen: writing it down for each line would cost a row each. */
const SEEN_EVERY = millis(3_600_000);

const word = z.string().min(1);

const options = z.strictObject({
  by: z
    .union([z.array(word).max(4), word.transform((name) => [name])])
    .default(['program'])
    .describe('Fields for whose values templates are learned apart. Default: [program].'),
  'warm-up': durationOption
    .optional()
    .describe('How long the rule only learns what is usual, and reports nothing: 7d. Default: not at all.'),
  templates: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(1000)
    .describe(
      'Most templates that are kept for each combination of values of `by`; then the one that was not seen for longest goes, and is counted.',
    ),
});

interface NovelOptions extends JsonObject {
  readonly by: readonly string[];
  readonly 'warm-up'?: number | undefined;
  readonly templates: number;
}

/** Raises for a line whose template is not among those that it has learned; the field `template` tells it. */
export const novel = ruleKind<NovelOptions>({
  kind: 'novel',
  summary: 'Learns what lines look like, and raises when one looks like none before.',
  options,
  parts: () => [{ type: 'own', optional: true }],
  severity: 'info',
  gives: ['template'],
  quiet: () => ONE_DAY,
  create({ by: fields, 'warm-up': warmUp = 0, templates: most }, ports) {
    const schooling = createSchooling(millis(warmUp), ports);
    const templates = createTemplates();
    const table = ports.table(templateForm(templates));
    const keyOf = ({ by, id }: Template): readonly string[] => [...by, id];

    const makeRoom = (by: readonly string[]): void => {
      while (templates.size(by) >= most) {
        const oldest = templates.oldest(by);
        const entry = oldest && table.find(keyOf(oldest));
        if (oldest === undefined || entry === undefined) return;
        templates.remove(oldest);
        table.drop(entry);
        ports.gaveWay(`${most} templates of one kind: the one not seen for longest`);
      }
    };

    const learn = (by: readonly string[], words: readonly string[], now: Instant): void => {
      makeRoom(by);
      const template = { by: by.map(ownText), id: hashText(words.join(' ')), words, seen: now };
      // A key that is taken although no template fits: two texts of one hash, which is no accident.
      if (table.find(keyOf(template)) !== undefined) return;
      table.touch(table.open(keyOf(template), now, () => template));
      templates.add(template);
    };

    /** Takes what the newest line tells of a template; most lines tell nothing. */
    const confirm = (template: Template, words: readonly string[], now: Instant): void => {
      if (words === template.words && now < after(template.seen, SEEN_EVERY)) return;
      template.words = words;
      template.seen = now;
      const entry = table.find(keyOf(template));
      if (entry !== undefined) table.touch(entry);
    };

    return {
      sources: (_, now) => schooling.begin(now),
      match(match) {
        const { now } = match;
        const by = fields.map((name) => match.value(name) ?? '');
        const text = ownText(lineTemplate(match.text));
        const words = text.split(' ');
        const known = templates.find(by, words);
        if (known === undefined) learn(by, words, now);
        else confirm(known.template, known.words, now);
        if (schooling.isOn(now)) return absorb('learning');
        if (known !== undefined) return absorb('known');
        const occurrence = match.occurrence();
        return {
          type: 'raise',
          occurrence: { ...occurrence, fields: { ...occurrence.fields, template: text } },
        };
      },
    };
  },
});

/** Rows hold the whole template: it cannot be found again by its key. Reading one makes it known. */
const templateForm = (templates: Templates): KeyForm<Template> => ({
  due: () => never,
  write: ({ by, id, words, seen }) => [by, id, words.join(' '), seen],
  read: (value) => {
    const [by, id, words, seen] = value as readonly [readonly string[], string, string, number];
    const template = { by, id, words: words.split(' '), seen: instant(seen) };
    templates.add(template);
    return template;
  },
  evicted: ({ state }) => templates.remove(state),
});
