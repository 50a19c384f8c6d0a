import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { loadKinds } from '../kit/kind-row.ts';
import { ruleSchema } from '../dialects/native/rule-schema.ts';
import { quietHoursSchema, resolvedSchema } from './channels.ts';
import { redactSchema } from './redact.ts';
import { documentSchema } from './document.ts';
import { registries as ownRegistries, type Registries } from './registries.ts';
import { formatSchema } from './sources.ts';

/** The JSON Schema (draft 2020-12) of a configuration file, for completion and checks in editors. */
export async function configurationSchema(registries: Registries = ownRegistries): Promise<object> {
  const format = formatSchema(await registries.formats());
  const source = anyOf(
    (await loadKinds(registries.sources)).map(({ options }) => beside(options, { format })),
  );
  const channel = anyOf(
    (await loadKinds(registries.channels)).map(({ kind, options, summary }) =>
      z.strictObject({
        [kind]: options.describe(summary),
        resolved: resolvedSchema,
        'quiet-hours': quietHoursSchema,
        redact: redactSchema,
      }),
    ),
  );
  const document = documentSchema({ source, channel, rule: overlayRule(registries) });
  const schema = z.toJSONSchema(document, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'Bird Sentinel configuration' };
}

/** Writes the published schema file anew. */
export const writeSchema = async (path: string | URL): Promise<void> =>
  writeFile(path, `${JSON.stringify(await configurationSchema(), null, 2)}\n`);

/** A rule of one file may name a few keys only, of a rule that stands in another. */
function overlayRule({ rules }: Registries): z.ZodType {
  const kinds = rules.map((row) => ({
    ...row,
    options: row.options instanceof z.ZodObject ? row.options.partial() : row.options,
  }));
  return ruleSchema(kinds).partial().required({ id: true });
}

/** Keys of every source stand beside those of its kind. */
function beside(options: z.ZodType, keys: z.ZodRawShape): z.ZodType {
  if (options instanceof z.ZodPipe && options.in instanceof z.ZodType) return beside(options.in, keys);
  return options instanceof z.ZodObject ? options.extend(keys) : options;
}

function anyOf(members: readonly z.ZodType[]): z.ZodType {
  const [first, ...others] = members;
  return first === undefined ? z.unknown() : z.union([first, ...others]);
}
