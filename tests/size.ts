/**
 * How much a test does: `small` in `npm test`, `large` where `FULL=1` is set (`npm run test:full`), and any
 * other number where the variable `name` gives one.
 */
export function size(name: string, small: number, large: number): number {
  const asked = process.env[name];
  if (asked !== undefined && asked !== '') return Number(asked);
  return process.env['FULL'] === '1' ? large : small;
}
