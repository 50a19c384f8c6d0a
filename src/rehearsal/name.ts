import { truncate } from '../kit/text.ts';
import type { RuleTest } from './contract.ts';

/** What a test is called: its number, its rule, its first line. */
export function nameOf({ rule, lines, alerts }: RuleTest, index: number): string {
  const [first = ''] = lines.flatMap((item) => (typeof item === 'string' ? item : (item.line ?? [])));
  const wanted = alerts.length === 0 ? 'silent' : `${alerts.length} alert${alerts.length === 1 ? '' : 's'}`;
  return `${index + 1}: ${rule === undefined ? '' : `${rule}, `}${wanted}: ${truncate(first, 90)}`;
}
