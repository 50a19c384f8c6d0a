/** The code unit at `at` as a decimal digit, or -1. */
export function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** Exactly `count` digits from `at` as a number, or -1. */
export function digitsAt(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = digitAt(text, i);
    if (digit < 0) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The offset after the run of digits at `at`. */
export function afterDigits(text: string, at: number): number {
  let end = at;
  while (digitAt(text, end) >= 0) end++;
  return end;
}
