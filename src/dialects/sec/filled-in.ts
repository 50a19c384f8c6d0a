import { variablePattern } from './variables.ts';

/**
 * A regular expression that matches whatever `source` can match once values stand for its variables, or
 * undefined where a value could change what the text around it means. Values are put in quoted.
 */
export function widen(source: string): string | undefined {
  if (/\(\?\^?[a-z]*x/i.test(source)) return undefined;
  let result = '';
  let from = 0;
  for (const { index, 0: variable } of source.matchAll(variablePattern)) {
    const before = source.slice(0, index);
    const after = source.slice(index + variable.length);
    if (isOpenBefore(before) || /^[*+?{]/.test(after)) return undefined;
    result += source.slice(from, index) + (variable === '$$' ? '$' : String.raw`(?:[\s\S]*)`);
    from = index + variable.length;
  }
  return result + source.slice(from);
}

/** Whether what follows the text could be part of an escape, a class, a count or a group's head. */
function isOpenBefore(before: string): boolean {
  const plain = before.replaceAll(/\\[^A-Za-z\d]/g, 'x');
  return (
    /\\(?:[xXopPgkNc\d][A-Fa-f\d]*)?$/.test(plain) ||
    /[?<\\]$/.test(plain) ||
    /\{[^}]*$|\[[^\]]*$/.test(plain)
  );
}

/** The parts of a text between its variables, without empty ones. */
export function fixedParts(text: string): readonly string[] {
  const marked = text.replaceAll(variablePattern, (variable) => (variable === '$$' ? '$' : '\0\0'));
  return marked.split('\0\0').filter((part) => part !== '');
}
