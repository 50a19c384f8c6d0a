import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPerl } from '../../../src/daemon/perl/port.ts';
import { textOf } from './bytes.ts';
import { createHost, type HostOptions } from './host.ts';
import { createSandbox } from './sandbox.ts';
import { NotACase, readScenario } from './scenario.ts';
import { createWorld } from './world.ts';

/**
 * Plays a case folder on our reading of SEC's rules and our machine, under a virtual clock, and gives the
 * trace that the oracle would print of the real SEC, as a byte string. Throws NotACase.
 */
export function play(folder: string, options: HostOptions = {}): string {
  const scenario = readScenario(textOf(readInput(folder)));
  const sandbox = createSandbox(folder);
  const perl = createPerl({
    environment: { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' },
    say: () => undefined,
  });
  try {
    for (const { file } of scenario.inputs) {
      if (file !== '-') closeSync(openSync(sandbox.path(file), 'a'));
    }
    return createWorld(
      scenario,
      sandbox,
      createHost(scenario, sandbox, { perl: perl.call, ...options }),
    ).run();
  } finally {
    perl.close();
    sandbox.remove();
  }
}

function readInput(folder: string): Buffer {
  try {
    return readFileSync(join(folder, 'input.txt'));
  } catch (error) {
    throw new NotACase(error instanceof Error ? error.message : String(error));
  }
}
