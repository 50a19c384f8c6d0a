import { z } from 'zod';
import type { ChannelKind } from '../channels/contract.ts';
import { validate, type Subject } from '../dialects/native/issues.ts';
import { under, type Locate } from '../dialects/native/place.ts';
import type { Checked } from '../model/diagnostic.ts';
import type { Redactable } from '../render/redactable.ts';
import type { ChannelConfig } from './config.ts';
import { budgetsOf, type WrittenBudget } from './budgets.ts';
import { kindOf } from './kind-of.ts';
import { redactOf, redactSchema, type WrittenRedact } from './redact.ts';
import { resolvePaths } from './paths.ts';
import type { Registries } from './registries.ts';

const planned = ['mastodon'];

/** The schema of the keys of every channel, beside that of its kind. */
export const resolvedSchema = z
  .boolean()
  .optional()
  .describe('Whether "resolved" is told. Default: the kind’s own; false where a message costs money.');

/** The schema of another key of every channel. */
export const quietHoursSchema = z
  .boolean()
  .optional()
  .describe(
    'Whether it heeds the quiet hours of its receivers. Default: the kind’s own; false where nobody is woken.',
  );

/** Checks one entry of `channels`: the one key that names its kind holds that kind's options. */
export async function buildChannel(
  name: string,
  data: unknown,
  all: Locate,
  {
    budgets,
    redact,
  }: { readonly budgets: WrittenBudget | undefined; readonly redact: WrittenRedact | undefined },
  registries: Registries,
): Promise<Checked<ChannelConfig>> {
  const locate = under(all, ['channels', name]);
  const subject: Subject = { data, name: `channels.${name}`, locate };
  const named = kindOf(subject, 'channel', registries.channels, {
    beside: ['resolved', 'quiet-hours', 'redact'],
    planned,
  });
  if (!named.ok) return named;
  const row = await named.value.load();
  const checked = validate(
    z.strictObject({
      [row.kind]: z.unknown(),
      resolved: resolvedSchema,
      'quiet-hours': quietHoursSchema,
      redact: redactSchema,
    }),
    subject,
  );
  const inner = (data as { readonly [key: string]: unknown })[row.kind];
  const innerLocate = under(locate, [row.kind]);
  const options = validate(row.options, {
    // `screen:` without options reads as empty.
    data: resolvePaths(inner ?? {}, innerLocate),
    name: `${subject.name}.${row.kind}`,
    locate: innerLocate,
  });
  const diagnostics = [...checked.diagnostics, ...options.diagnostics];
  if (!checked.ok || !options.ok) return { ok: false, diagnostics };
  const { resolved, redact: own } = data as { readonly resolved?: boolean; readonly redact?: WrittenRedact };
  const value: ChannelConfig = {
    name,
    kind: redacting(shaped(row, options.value), redactOf(own, redact, row)),
    options: options.value,
    ...budgetsOf(budgets, row),
    resolved: resolved ?? row.resolved,
  };
  return { ok: true, value, diagnostics };
}

/** The row whose messages lack what is to be taken out. */
const redacting = (row: ChannelKind<unknown>, redact: readonly Redactable[]): ChannelKind<unknown> =>
  redact.length === 0 ? row : { ...row, shape: { ...row.shape, redact } };

/** The row with the shape that its options ask for. */
const shaped = (row: ChannelKind<unknown>, options: unknown): ChannelKind<unknown> =>
  row.shapeFor === undefined ? row : { ...row, shape: row.shapeFor(options) };
