import { readdirSync } from 'node:fs';
import { bytesOf, textOf } from './bytes.ts';
import type { Sandbox } from './sandbox.ts';

/** Names that a pattern of Perl's `glob` means, in byte order; one without wildcards means itself. */
export function expandGlob(pattern: string, sandbox: Sandbox): readonly string[] {
  return pattern
    .split(/\s+/)
    .filter((word) => word !== '')
    .flatMap(expandBraces)
    .flatMap((word) => (/[*?[]/.test(word) ? matching(word, sandbox) : [word]));
}

function expandBraces(word: string): readonly string[] {
  const [, before = '', inside, after = ''] = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(word) ?? [];
  return inside === undefined
    ? [word]
    : inside.split(',').flatMap((part) => expandBraces(before + part + after));
}

/** Wildcards in the last part of a path only. */
function matching(word: string, sandbox: Sandbox): readonly string[] {
  const [, folder = '', last = ''] = /^(.*\/)?([^/]*)$/s.exec(word) ?? [];
  const form = new RegExp(
    `^${last
      .split(/(\[[^\]]*\])/)
      .map(partSource)
      .join('')}$`,
    's',
  );
  return namesIn(folder, sandbox)
    .filter((name) => form.test(name) && (!name.startsWith('.') || last.startsWith('.')))
    .map((name) => folder + name);
}

function partSource(part: string): string {
  if (part.startsWith('[')) return part.replace(/^\[!/, '[^');
  return part
    .replace(/[.+^${}()|\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
}

function namesIn(folder: string, sandbox: Sandbox): readonly string[] {
  try {
    const names = readdirSync(folder === '' ? bytesOf(sandbox.folder) : sandbox.path(folder), {
      encoding: 'buffer',
    });
    return names.map(textOf).sort();
  } catch {
    return [];
  }
}
