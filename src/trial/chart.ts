import { escapeHtml } from './escape.ts';

const width = 720;
const height = 90;
const gap = 14;

/** Bars for days as inline SVG, each with its day and number as a title; `marked` days stand out. */
export function barChart(
  days: readonly string[],
  numbers: readonly number[],
  label: string,
  marked: ReadonlySet<string> = new Set(),
): string {
  const most = Math.max(1, ...numbers);
  const step = width / Math.max(1, days.length);
  const bars = numbers.flatMap((number, index) => {
    const day = days[index] ?? '';
    if (number <= 0 && !marked.has(day)) return [];
    const tall = Math.max(number > 0 ? 1.5 : 0, ((height - gap) * number) / most);
    const x = (index * step).toFixed(2);
    const bar = Math.max(0.6, Math.min(40, step - Math.min(1, step / 5))).toFixed(2);
    const className = marked.has(day) ? ' class="limit"' : '';
    return [
      `<rect x="${x}" y="${(height - tall).toFixed(2)}" width="${bar}" height="${tall.toFixed(2)}"${className}>` +
        `<title>${escapeHtml(`${day}: ${number}`)}</title></rect>`,
    ];
  });
  const first = escapeHtml(days[0] ?? '');
  const last = escapeHtml(days.at(-1) ?? '');
  return [
    `<svg viewBox="0 0 ${width} ${height + gap}" role="img" aria-label="${escapeHtml(label)}">`,
    `<line x1="0" y1="${height}" x2="${width}" y2="${height}"/>`,
    `<text x="0" y="10">${escapeHtml(`most in a day: ${Math.max(0, ...numbers)}`)}</text>`,
    ...bars,
    `<text x="0" y="${height + gap - 2}">${first}</text>`,
    ...(days.length > 1
      ? [`<text x="${width}" y="${height + gap - 2}" text-anchor="end">${last}</text>`]
      : []),
    '</svg>',
  ].join('');
}
