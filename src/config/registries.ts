import type { ChannelKind } from '../channels/contract.ts';
import { channelKinds, fallbackChannel } from '../channels/registry.ts';
import type { RuleKindSchema } from '../dialects/native/rule-schema.ts';
import { ruleKinds } from '../engine/registry.ts';
import type { KindRow } from '../kit/kind-row.ts';
import type { LineFormat } from '../parse/contract.ts';
import type { SourceKind } from '../sources/contract.ts';
import { sourceKinds } from '../sources/registry.ts';

/** What there is of everything of which there are kinds. */
export interface Registries {
  readonly sources: readonly KindRow<SourceKind<unknown>>[];
  readonly channels: readonly KindRow<ChannelKind<unknown>>[];
  /** Where alerts go when no channel is configured. */
  readonly fallback: KindRow<ChannelKind<unknown>>;
  readonly rules: readonly RuleKindSchema[];
  /** Loaded for sources that name one. */
  readonly formats: () => Promise<Formats>;
}

/** What is to be known of formats to read a configuration. */
export type Formats = readonly Pick<LineFormat, 'name' | 'escapes'>[];

/** All kinds of this program. */
export const registries: Registries = {
  sources: sourceKinds,
  channels: channelKinds,
  fallback: fallbackChannel,
  rules: ruleKinds,
  formats: async () => (await import('../parse/registry.ts')).lineFormats,
};
