/** Whether a count is worth saying, so that a flood of one thing is not a flood of words: 1, 10, 100, … */
export function isMilestone(count: number): boolean {
  let rest = count;
  while (rest >= 10 && rest % 10 === 0) rest /= 10;
  return rest === 1;
}
