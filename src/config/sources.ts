import { z } from 'zod';
import { validate, type Subject } from '../dialects/native/issues.ts';
import { under, type Locate } from '../dialects/native/place.ts';
import type { FieldKnowledge } from '../dialects/native/checks.ts';
import type { Checked } from '../model/diagnostic.ts';
import type { SourceKind } from '../sources/contract.ts';
import type { SourceConfig } from './config.ts';
import { kindOf } from './kind-of.ts';
import { resolvePaths } from './paths.ts';
import type { Registries } from './registries.ts';

const planned = ['http'];
/** Keys of every source, beside those of its kind. */
const beside = ['format'] as const;

/** The schema of a source's `format`. */
export const formatSchema = (registries: Registries) =>
  z
    .enum(['auto', ...registries.formats.map(({ name }) => name)])
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
  const checkedFormat = validate(z.strictObject({ format: formatSchema(registries) }), {
    ...subject,
    data: format === undefined ? {} : { format },
  });
  const options = validate(kind.options, { ...subject, data: resolvePaths(own, locate), beside });
  const diagnostics = [...checkedFormat.diagnostics, ...options.diagnostics];
  if (!checkedFormat.ok || !options.ok) return { ok: false, diagnostics };
  const value = { name, kind, options: options.value, format: checkedFormat.value.format };
  return { ok: true, value, diagnostics };
}

/** What is known of the fields of a source's lines before one is read; `kinds` has at least the source's own. */
export function knowledgeOf(
  source: unknown,
  kinds: readonly SourceKind<unknown>[],
  formats: Registries['formats'],
): FieldKnowledge {
  const written = typeof source === 'object' && source !== null ? source : {};
  const format = 'format' in written && typeof written.format === 'string' ? written.format : 'auto';
  if (kinds.some(({ kind, addsFields }) => addsFields === true && kind in written)) return 'open';
  if (format === 'auto') return 'perhaps';
  return formats.some(({ name, escapes }) => name === format && escapes) ? 'open' : 'fixed';
}
