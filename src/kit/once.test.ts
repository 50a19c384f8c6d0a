import { expect, test } from 'vitest';
import { once } from './once.ts';

test('is made when it is first asked for, and once, whatever it is', () => {
  let made = 0;
  const nothing = once(() => void made++);
  expect(made).toBe(0);
  nothing();
  nothing();
  expect(made).toBe(1);
});
