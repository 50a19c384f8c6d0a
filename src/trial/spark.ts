const steps = '▁▂▃▄▅▆▇█';

/** A row of bars, one for each number; nothing is a blank. */
export function sparkline(numbers: readonly number[]): string {
  const most = Math.max(0, ...numbers);
  return numbers
    .map((number) => {
      if (number <= 0 || most === 0) return ' ';
      return steps[Math.min(steps.length - 1, Math.ceil((number / most) * steps.length) - 1)] ?? '';
    })
    .join('');
}

/** The numbers of many days in at most `columns` sums of neighbours. */
export function gathered(numbers: readonly number[], columns: number): readonly number[] {
  if (numbers.length <= columns) return numbers;
  const sums = Array.from({ length: columns }, () => 0);
  numbers.forEach((number, index) => {
    const column = Math.floor((index * columns) / numbers.length);
    sums[column] = (sums[column] ?? 0) + number;
  });
  return sums;
}
