import type { Config } from '../config/config.ts';
import type { Json } from '../model/json.ts';
import type { Source, SourcePorts } from '../sources/contract.ts';

/** Opens every source of a configuration at its committed marks. */
export function sourcesOf(
  config: Config,
  marks: ReadonlyMap<string, ReadonlyMap<string, Json>>,
  ports: Pick<SourcePorts, 'now' | 'follow' | 'signal'>,
): readonly { readonly name: string; readonly source: Source }[] {
  return config.sources.map((configured) => ({
    name: configured.name,
    source: configured.kind.open(configured.options, {
      ...ports,
      name: configured.name,
      marks: marks.get(configured.name) ?? new Map(),
      maxLine: config.limits.maxLine,
    }),
  }));
}
