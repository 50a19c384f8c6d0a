import type { SwatchCondition, SwatchProgram } from '../../engine/swatch/program.ts';
import { requiredLiterals } from '../../match/literals/required.ts';
import type { Pattern } from '../../model/program.ts';
import type { EveryRecord, ScanPattern } from '../sec/scan-pattern.ts';
import { expressionsOf } from './condition.ts';

/** Takes every record. */
const EVERY: Pattern = { type: 'all', of: [] };

/** What a record must look like for a configuration to do anything with it. Lines that are ignored are not needed. */
export function scanPattern({ blocks }: SwatchProgram): ScanPattern {
  const watched = blocks.filter(({ type }) => type === 'watchfor');
  const found = watched.map(({ place, condition }) => ({ place, pattern: patternOf(condition, place.file) }));
  const everyRecord = found.flatMap(({ place, pattern }): EveryRecord[] =>
    requiredLiterals(pattern, 'text') === undefined
      ? [{ ...place, why: 'its pattern has no fixed part that is long enough to look for' }]
      : [],
  );
  return {
    pattern: everyRecord.length > 0 ? EVERY : { type: 'any', of: found.map(({ pattern }) => pattern) },
    everyRecord,
    expressions: blocks.flatMap(({ place, condition }) =>
      expressionsOf(condition).map((regex) => patternOf(regex, place.file)),
    ),
  };
}

/** A condition as a pattern of our own. */
function patternOf(condition: SwatchCondition, file: string): Pattern {
  switch (condition.type) {
    case 'regex': {
      const { source, line, column } = condition;
      return { type: 'regex', source, scope: 'line', origin: { dialect: 'swatch', file, line, column } };
    }
    case 'constant':
      return condition.value ? EVERY : { type: 'any', of: [] };
    case 'not':
      return { type: 'not', of: patternOf(condition.of, file) };
    default:
      return { type: condition.type, of: condition.of.map((part) => patternOf(part, file)) };
  }
}
