/** Whether a count is worth saying, so that a flood of one thing is not a flood of words: 1, 10, 100, … */
export const isMilestone = (count: number): boolean => /^10*$/.test(String(count));
