import type { ChatName } from './chat-scene.ts';
import { type ChatRequest, text } from './chat-standin.ts';

/** What a reader of a chat sees of a message. */
export interface Shown {
  /** The line in bold. */
  readonly head: string;
  /** What stands there as code, of which the client reads nothing. */
  readonly literal: string;
}

/**
 * Reads a message as a client of the service would. Throws where anything but the head and one literal block
 * is in it: that would be text which the client may format, link or take for a mention.
 */
export function shownIn(name: ChatName, { fields }: ChatRequest): Shown {
  switch (name) {
    case 'slack':
    case 'slack webhook':
      return ofRichText(fields);
    case 'teams':
      return ofCard(fields);
    case 'telegram':
      return ofEntities(fields);
    case 'matrix':
      return ofHtml(fields);
    case 'discord':
      if (JSON.stringify(fields['allowed_mentions']) !== '{"parse":[]}') throw new Error('it may mention');
      return ofMarkdown(text(fields, 'content'), '**');
    case 'mattermost':
      return ofMarkdown(text(fields, 'message'), '**');
    case 'mattermost webhook':
      return ofMarkdown(text(fields, 'text'), '**');
    case 'rocketchat':
    case 'rocketchat hook':
      if (/@[0-9a-zA-Z_.-]/.test(text(fields, 'text'))) throw new Error('old servers read a name');
      return ofMarkdown(text(fields, 'text'), '*');
    case 'zulip':
      return ofMarkdown(text(fields, 'content'), '**');
  }
}

/** A fence of three backticks on a line of its own, up to the next three backticks (CommonMark 4.5). */
function ofMarkdown(content: string, bold: string): Shown {
  const fence = content.indexOf('```');
  const head = fence < 0 ? content : content.slice(0, fence).replace(/\n$/, '');
  const words = head === '' ? '' : head.slice(bold.length, -bold.length);
  if (head !== `${head === '' ? '' : bold}${words}${head === '' ? '' : bold}`)
    throw new Error(`loose words: ${head}`);
  if (fence < 0) return { head: words, literal: '' };
  const end = content.indexOf('```', fence + 3);
  if (content.slice(fence, fence + 4) !== '```\n' || end !== content.length - 3 || content[end - 1] !== '\n')
    throw new Error(`the block ends too early: ${content}`);
  return { head: words, literal: content.slice(fence + 4, end - 1) };
}

interface Element {
  readonly type: string;
  readonly text?: string;
  readonly style?: object;
  readonly elements?: readonly Element[];
}

/** Elements of rich text: of all types only `text` is literal. */
function ofRichText(fields: ChatRequest['fields']): Shown {
  const blocks = fields['blocks'] as readonly Element[];
  const parts = blocks.flatMap(({ type, elements = [] }) => {
    if (type !== 'rich_text') throw new Error(`a block ${type}`);
    return elements;
  });
  const shown = { head: '', literal: '' };
  for (const { type, elements = [] } of parts) {
    if (elements.some((element) => element.type !== 'text')) throw new Error('an element that is no text');
    const words = elements.map((element) => element.text ?? '').join('');
    if (type === 'rich_text_section') shown.head += words;
    else if (type === 'rich_text_preformatted') shown.literal += words;
    else throw new Error(`an element ${type}`);
  }
  if (fields['link_names'] !== false || fields['parse'] !== 'none') throw new Error('it may mention');
  return shown;
}

function ofCard(fields: ChatRequest['fields']): Shown {
  const [{ content }] = fields['attachments'] as [{ content: { body: readonly object[] } }];
  const shown = { head: '', lines: [] as string[] };
  for (const block of content.body as readonly { type: string; inlines: readonly Run[] }[]) {
    if (block.type !== 'RichTextBlock') throw new Error(`a block ${block.type}`);
    for (const run of block.inlines) {
      if (run.type !== 'TextRun') throw new Error(`a run ${run.type}`);
      if (run.weight === 'bolder') shown.head += run.text;
      else shown.lines.push(run.text === ' ' ? '' : run.text);
    }
  }
  return { head: shown.head, literal: shown.lines.join('\n') };
}

interface Run {
  readonly type: string;
  readonly text: string;
  readonly weight?: string;
}

/** What no entity covers is searched for names and links by Telegram. */
function ofEntities(fields: ChatRequest['fields']): Shown {
  const whole = text(fields, 'text');
  if (fields['parse_mode'] !== undefined) throw new Error('markup in the text');
  let rest = whole;
  const shown = { head: '', literal: '' };
  for (const { type, offset, length } of fields['entities'] as readonly Entity[]) {
    const words = whole.slice(offset, offset + length);
    if (type === 'bold') shown.head = words;
    else if (type === 'pre') shown.literal = words;
    else throw new Error(`an entity ${type}`);
    rest = rest.replace(words, () => '');
  }
  if (rest.trim() !== '') throw new Error(`loose words: ${rest}`);
  return shown;
}

interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
}

const entities: { readonly [name: string]: string } = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

function ofHtml(fields: ChatRequest['fields']): Shown {
  if (JSON.stringify(fields['m.mentions']) !== '{}') throw new Error('it may mention');
  const html = text(fields, 'formatted_body');
  const parts = /^(?:<strong>([^<>]*)<\/strong>)?(?:<pre><code>([^<>]*)<\/code><\/pre>)?$/.exec(html);
  if (parts === null) throw new Error(`other tags: ${html}`);
  const read = (escaped = ''): string =>
    escaped.replace(/&(?:[a-z]+|#39);/g, (entity) => entities[entity] ?? `${entity}?`);
  if (/&(?!lt;|gt;|quot;|#39;|amp;)/.test(html)) throw new Error('an ampersand that is not escaped');
  return { head: read(parts[1]), literal: read(parts[2]) };
}

/**
 * Whether some chat reads something into a line outside of a block: marks of Markdown, mentions, hashtags,
 * addresses, emoji in words, telephone numbers, HTML.
 */
export const isLive = (line: string): boolean =>
  /[@#<>[\]{}()*_~`|\\/&=^$]|:\S|\S\.\S|\d{5}|--|[\u0000-\u001f]/.test(line);
