import type { Locate } from '../dialects/native/place.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { ChannelConfig } from './config.ts';

/**
 * The mistakes in those options of a channel that its kind takes for templates. Any name may be one that
 * some alert has: only when an alert comes is it known what it brings.
 */
export async function checkTemplates(
  { kind, options }: Pick<ChannelConfig, 'kind' | 'options'>,
  locate: Locate,
  zone: string,
): Promise<readonly Diagnostic[]> {
  const given = new Map(Object.entries(options as object));
  const found = (kind.templates ?? []).flatMap((key): readonly (readonly [string, string])[] => {
    const source: unknown = given.get(key);
    return typeof source === 'string' && /\{[{%]/.test(source) ? [[key, source]] : [];
  });
  // The library costs start-up time and memory that a configuration without templates can spare.
  if (found.length === 0) return [];
  const { createTemplates } = await import('../render/template.ts');
  const templates = await createTemplates({ zone });
  return found.flatMap(
    ([key, source]) => templates.compile(source, undefined, locate([key], 'text')).diagnostics,
  );
}
