import { closest } from '../kit/distance.ts';
import type { Checked } from '../model/diagnostic.ts';
import type { Subject } from '../dialects/native/issues.ts';

/** A row of a registry, as far as choosing one goes. */
interface Row {
  readonly kind: string;
}

/**
 * The row whose name is a key of the map `subject`: `{ file: … }` is a file. Keys of `beside` belong to
 * every kind; `planned` are kinds that will come.
 */
export function kindOf<R extends Row>(
  subject: Subject,
  what: string,
  rows: readonly R[],
  { beside, planned }: { readonly beside: readonly string[]; readonly planned: readonly string[] },
): Checked<R> {
  const { data, name, locate } = subject;
  const names = rows.map(({ kind }) => kind);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return refuse(
      'config.wrong-value',
      `${name}: must be a map with the kind of ${what} as its key`,
      locate([]),
      `such as ${names[0] ?? 'kind'}: …`,
    );
  }
  const keys = Object.keys(data);
  const found = rows.filter(({ kind }) => keys.includes(kind));
  const [only, second] = found;
  if (second !== undefined) {
    return refuse(
      'config.two-kinds',
      `${name} cannot be of two kinds: "${only?.kind}" and "${second.kind}"`,
      locate([second.kind], 'key'),
    );
  }
  if (only !== undefined) return { ok: true, value: only, diagnostics: [] };
  const written = keys.find((key) => !beside.includes(key));
  if (written === undefined) {
    return refuse(
      'config.missing-key',
      `${name}: the kind of ${what} is missing`,
      locate([]),
      `one of ${names.join(', ')}`,
    );
  }
  const near = closest(written, names);
  const hint = planned.includes(written)
    ? 'not supported yet'
    : near === undefined
      ? `kinds: ${names.join(', ')}`
      : `did you mean "${near}"?`;
  return refuse(
    'config.unknown-kind',
    `${name}: there is no kind of ${what} called "${written}"`,
    locate([written], 'key'),
    hint,
  );
}

function refuse(
  code: string,
  message: string,
  place: { readonly file: string; readonly line: number; readonly column: number },
  hint?: string,
): { readonly ok: false; readonly diagnostics: Checked<never>['diagnostics'] } {
  return {
    ok: false,
    diagnostics: [{ code, severity: 'error', message, ...place, ...(hint === undefined ? {} : { hint }) }],
  };
}
