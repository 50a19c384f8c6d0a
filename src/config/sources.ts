import { z } from 'zod';
import { validate, type Subject } from '../dialects/native/issues.ts';
import { under, type Locate } from '../dialects/native/place.ts';
import type { FieldKnowledge } from '../dialects/native/checks.ts';
import type { Checked } from '../model/diagnostic.ts';
import type { SourceKind } from '../sources/contract.ts';
import type { SourceConfig } from './config.ts';
import { kindOf } from './kind-of.ts';
import { resolvePaths } from './paths.ts';
import type { Formats, Registries } from './registries.ts';

const planned = ['http'];
/** Keys of every source, beside those of its kind. */
const beside = ['format'] as const;

/** The schema of a source's `format`. */
export const formatSchema = (formats: Formats) =>
  z
    .enum(['auto', ...formats.map(({ name }) => name)])
    .default('auto')
    .describe('The format of its lines. Default: auto, found line by line.');

/** Checks one entry of `sources`: the key that names its kind decides which options it may have. */
export async function buildSource(
  name: string,
  data: unknown,
  all: Locate,
  registries: Registries,
): Promise<Checked<SourceConfig>> {
  const locate = under(all, ['sources', name]);
  const subject: Subject = { data, name: `sources.${name}`, locate };
  const named = kindOf(subject, 'source', registries.sources, { beside, planned });
  if (!named.ok) return named;
  const kind = await named.value.load();
  const { format, ...own } = data as { readonly format?: unknown };
  const checkedFormat = await checkFormat(format, subject, registries);
  const options = validate(kind.options, { ...subject, data: resolvePaths(own, locate), beside });
  const diagnostics = [...checkedFormat.diagnostics, ...options.diagnostics];
  if (!checkedFormat.ok || !options.ok) return { ok: false, diagnostics };
  const value = { name, kind, options: options.value, format: checkedFormat.value };
  return { ok: true, value, diagnostics };
}

async function checkFormat(
  format: unknown,
  subject: Subject,
  registries: Registries,
): Promise<Checked<string>> {
  if (format === undefined) return { ok: true, value: 'auto', diagnostics: [] };
  const form = z.strictObject({ format: formatSchema(await registries.formats()) });
  const checked = validate(form, { ...subject, data: { format } });
  return checked.ok ? { ...checked, value: checked.value.format } : checked;
}

/** The formats, if a source names one. */
export async function formatsFor(
  sources: { readonly [name: string]: unknown },
  registries: Registries,
): Promise<Formats> {
  const named = Object.values(sources).some(
    (source) => typeof source === 'object' && source !== null && 'format' in source,
  );
  return named ? registries.formats() : [];
}

/**
 * What is known of the fields of a source's lines before one is read; `kinds` has at least the source's own,
 * and `formats` the one that it names.
 */
export function knowledgeOf(
  source: unknown,
  kinds: readonly SourceKind<unknown>[],
  formats: Formats,
): FieldKnowledge {
  const written = typeof source === 'object' && source !== null ? source : {};
  const format = 'format' in written && typeof written.format === 'string' ? written.format : 'auto';
  if (kinds.some(({ kind, addsFields }) => addsFields === true && kind in written)) return 'open';
  if (format === 'auto') return 'perhaps';
  return formats.some(({ name, escapes }) => name === format && escapes) ? 'open' : 'fixed';
}
