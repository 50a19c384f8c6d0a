import type { JournalOptions } from './options.ts';

/** Where the journal is: what a cursor belongs to, whatever is filtered. */
function placeArguments({ files, directory, namespace, merge }: JournalOptions): string[] {
  return [
    ...files.map((file) => `--file=${file}`),
    ...(directory === undefined ? [] : [`--directory=${directory}`]),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
    ...(merge ? ['--merge'] : []),
  ];
}

function filterArguments(options: JournalOptions): string[] {
  const { units, userUnits, identifiers, facilities, priority, boot, matches } = options;
  return [
    ...units.map((unit) => `--unit=${unit}`),
    ...userUnits.map((unit) => `--user-unit=${unit}`),
    ...identifiers.map((identifier) => `--identifier=${identifier}`),
    ...(facilities.length === 0 ? [] : [`--facility=${facilities.join(',')}`]),
    ...(priority === undefined ? [] : [`--priority=${priority}`]),
    ...(boot === 'current' ? ['--boot'] : []),
    ...matches,
  ];
}

/** What journalctl is asked for. */
export type JournalRequest =
  /** The newest entry of all, whatever is filtered, or of those that the filters let pass. */
  | { readonly type: 'newest'; readonly filtered: boolean }
  /** The entry at a cursor, whatever is filtered, or the first one after where it would be. */
  | { readonly type: 'at'; readonly cursor: string }
  /** All from a cursor on, with the entry at it, or from the beginning. */
  | { readonly type: 'from'; readonly cursor: string | undefined; readonly follow: boolean };

/**
 * The command line. `--cursor` and never `--after-cursor`: that leaves out the first entry that it finds, which is
 * another one when the filters do not let the entry at the cursor pass. Without `--lines=all`, following shows
 * ten entries of what was missed.
 */
export function journalArguments(options: JournalOptions, request: JournalRequest): string[] {
  const place = [options.program, '--output=export', '--no-pager', ...placeArguments(options)];
  switch (request.type) {
    case 'newest':
      return [...place, '--lines=1', ...(request.filtered ? filterArguments(options) : [])];
    case 'at':
      return [...place, '--lines=1', `--cursor=${request.cursor}`];
    case 'from':
      return [
        ...place,
        ...(request.follow ? ['--follow', '--lines=all'] : []),
        ...(request.cursor === undefined ? [] : [`--cursor=${request.cursor}`]),
        ...filterArguments(options),
      ];
  }
}
