import type { FilterImplOptions, Liquid as LiquidType } from 'liquidjs';
import { formatDuration } from '../kit/duration.ts';
import { truncate } from '../kit/text.ts';
import type { Checked } from '../model/diagnostic.ts';
import type { JsonObject } from '../model/json.ts';
import { instant, millis, type Instant } from '../model/time.ts';
import { clockTime } from './clock.ts';
import { mistakesOf, shortMessage, unknownNames, type TemplatePlace } from './template-mistakes.ts';

/** What filters need beside the values. */
export interface RenderTime {
  /** What `now` means in a template, and today for the filter `time`. */
  readonly now: Instant;
}

export type Rendered =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: string };

/** A compiled template. Rendering is a function of its arguments. */
export interface Template {
  /** The text, or, if the values do not serve the template, the facts and why. Never throws. */
  render(values: JsonObject, time: RenderTime): string;
  /** As `render`, for a caller with a better fallback. Never throws. */
  attempt(values: JsonObject, time: RenderTime): Rendered;
}

/** Compiles templates. */
export interface Templates {
  /**
   * Compiles a Liquid source. `known`: the fields that a rule can have; a name that is neither one of
   * them nor built in is a mistake. Undefined: any name may come with the log line. Every mistake is told.
   */
  compile(source: string, known: ReadonlySet<string> | undefined, place: TemplatePlace): Checked<Template>;
}

const MAX_SOURCE = 64 * 1024;
const MAX_ALLOCATION = 1_000_000;
const MAX_RENDER_MS = 1000;

/** Further files cannot be named in a message, and what reads or counts over renderings is not pure. */
const FORBIDDEN_TAGS = ['include', 'render', 'layout', 'block', 'increment', 'decrement'];

/** Pure functions of their arguments. Not those that take an expression as text: values are data. */
const FILTERS = (
  'escape strip_html newline_to_br abs at_least at_most ceil divided_by floor minus plus modulo times round ' +
  'url_decode url_encode slugify join last first reverse sort sort_natural size map sum compact concat ' +
  'slice where reject has find uniq append prepend lstrip downcase upcase remove remove_first ' +
  'remove_last rstrip split strip strip_newlines squish capitalize replace replace_first replace_last ' +
  'truncatewords normalize_whitespace number_of_words default json jsonify to_integer date'
).split(' ');

/**
 * Makes the compiler of templates. It is asynchronous because the template library is loaded here, on
 * first need: it costs as much start-up time as the rest of a command.
 */
export async function createTemplates(options: { readonly zone: string }): Promise<Templates> {
  const { Liquid } = await import('liquidjs');
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    lenientIf: true,
    templates: {},
    timezoneOffset: options.zone,
    locale: 'en-US',
    outputEscape: textOf,
    parseLimit: MAX_SOURCE,
    renderLimit: MAX_RENDER_MS,
    memoryLimit: MAX_ALLOCATION,
  });
  restrict(liquid, options.zone);
  return { compile: (source, known, place) => compile(liquid, source, known, place) };
}

function restrict(liquid: LiquidType, zone: string): void {
  for (const tag of FORBIDDEN_TAGS) delete liquid.tags[tag];
  const date = liquid.filters['date'];
  for (const name of Object.keys(liquid.filters)) {
    if (!FILTERS.includes(name)) delete liquid.filters[name];
  }
  for (const [name, filter] of Object.entries(ownFilters(zone, date))) liquid.registerFilter(name, filter);
}

function ownFilters(zone: string, date: FilterImplOptions | undefined): Record<string, FilterImplOptions> {
  return {
    time(value: unknown) {
      return typeof value === 'number' ? clockTime(instant(value), nowOf(this.context.globals), zone) : value;
    },
    duration: (value: unknown) => (typeof value === 'number' ? formatDuration(millis(value)) : value),
    truncate: (value: unknown, length: unknown = 50, ellipsis: unknown = '…') =>
      truncate(textOf(value), Number(length), textOf(ellipsis)),
    date(value: unknown, ...args: unknown[]): unknown {
      if (typeof date !== 'function') return value;
      const given = value === 'now' || value === 'today' ? nowOf(this.context.globals) : value;
      // Liquid's own filter takes numbers for seconds; ours are milliseconds.
      return date.call(this, typeof given === 'number' ? given / 1000 : given, ...args);
    },
  };
}

/** A value as it stands in a message: lists by commas, objects as JSON. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function nowOf(globals: object): Instant {
  const now = 'now' in globals ? globals.now : undefined;
  return instant(typeof now === 'number' ? now : 0);
}

type Parsed = ReturnType<LiquidType['parse']>;

function compile(
  liquid: LiquidType,
  source: string,
  known: ReadonlySet<string> | undefined,
  place: TemplatePlace,
): Checked<Template> {
  let parsed: Parsed;
  try {
    parsed = liquid.parse(source);
  } catch {
    return { ok: false, diagnostics: mistakesOf(liquid, source, known, place) };
  }
  const diagnostics = known === undefined ? [] : unknownNames(liquid, parsed, known, place);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return { ok: true, value: templateOf(liquid, parsed), diagnostics };
}

function templateOf(liquid: LiquidType, parsed: Parsed): Template {
  const attempt = (values: JsonObject, time: RenderTime): Rendered => {
    try {
      const text: unknown = liquid.renderSync(parsed, values, { globals: { now: time.now } });
      return { ok: true, text: String(text) };
    } catch (error) {
      return { ok: false, why: shortMessage(error) };
    }
  };
  return {
    attempt,
    render(values, time) {
      const rendered = attempt(values, time);
      return rendered.ok ? rendered.text : factsOf(values, rendered.why);
    },
  };
}

function factsOf(values: JsonObject, why: string): string {
  const facts = [values['rule'], values['line']].filter((fact) => typeof fact === 'string');
  return `${facts.join(': ')} (the template failed: ${why})`;
}
