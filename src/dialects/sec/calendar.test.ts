import { expect, test } from 'vitest';
import { read } from '../../../tests/oracle/sec-parse/sample.ts';

const calendar = (time: string) => read(`type=Calendar\ntime=${time}\ndesc=c\naction=none\n`);

test.each([
  ['5,1,,3 * * * *', { minutes: [1, 3, 5] }],
  ['*/25 -5 * * *', { minutes: [0, 25, 50], hours: [0, 1, 2, 3, 4, 5] }],
  ['58- 20-23/2 * * *', { minutes: [58, 59], hours: [20, 22] }],
  ['* * */15 */5 *', { days: [15, 30], lastDay: true, months: [1, 6, 11] }],
  ['* * 31 01 0,7,3', { days: [31], lastDay: false, months: [1], weekdays: [0, 3] }],
  ['* * * * * 24-26', { years: [24, 25, 26] }],
  ['5-1 * * * *', { minutes: [] }],
])('%s', (time, expected) => {
  expect(calendar(time).rules).toMatchObject([{ time: expected }]);
});

test.each([
  ['* * * *', '2:6'],
  ['* * 32 * *', '2:10'],
  ['* * * 0 *', '2:12'],
  ['* * * * 8', '2:14'],
  ['* * * jan *', '2:12'],
  ['1,5/5 * * * *', '2:8'],
  ['*/0 * * * *', '2:6'],
  [', * * * *', '2:6'],
])('%s is a mistake', (time, place) => {
  expect(calendar(time)).toMatchObject({ rules: [], told: [`error sec.time ${place}`] });
});
