import { expect, test } from 'vitest';
import { machineZone } from './machine-zone.ts';

test.each([undefined, 'Asia/Kathmandu', 'Etc/UTC'])('is what Intl says, with TZ=%s', (zone) => {
  const before = process.env['TZ'];
  try {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
    expect(machineZone()).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone);
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
});
