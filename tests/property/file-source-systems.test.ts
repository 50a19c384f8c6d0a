import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSession, type Session } from './file-source.session.ts';
import { fileSystems, type FileSystem } from './file-systems.ts';

const cases = Number(process.env['CASES'] ?? (process.env['FULL'] === '1' ? 150 : 6));

type Step =
  | { readonly type: 'write'; readonly count: number }
  | { readonly type: 'partial' }
  | { readonly type: 'rename' }
  | { readonly type: 'copyTruncate' }
  | { readonly type: 'recreate' }
  | { readonly type: 'forbid' }
  | { readonly type: 'allow' }
  | { readonly type: 'switchLink' }
  | { readonly type: 'replaceDirectory' }
  | { readonly type: 'unmount' }
  | { readonly type: 'mount' }
  | { readonly type: 'settle' }
  | { readonly type: 'restart' };

const weights: readonly (readonly [number, Exclude<Step['type'], 'write'>])[] = [
  [2, 'partial'],
  [2, 'rename'],
  [1, 'copyTruncate'],
  [2, 'recreate'],
  [1, 'forbid'],
  [2, 'allow'],
  [1, 'switchLink'],
  [1, 'replaceDirectory'],
  [1, 'unmount'],
  [2, 'mount'],
  [1, 'settle'],
  [1, 'restart'],
];
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('write' as const), count: fc.integer({ min: 1, max: 5 }) }),
  },
  ...weights.map(([weight, type]) => ({ weight, arbitrary: fc.constant({ type }) })),
);

/** Of which steps there was how many, over all cases. */
const done = new Map<string, number>();

describe.each(Object.entries(fileSystems))('on %s', (name, open) => {
  test(`every line is seen once and in order, whatever happens to the file (${cases} cases)`, async ({
    skip,
  }) => {
    skip(process.getuid?.() !== 0, 'mounting needs root');
    done.clear();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 18 }), async (steps) => {
        const root = mkdtempSync(join(tmpdir(), `bs-${name}-`));
        chmodSync(root, 0o755);
        const system = await open(root);
        if (typeof system === 'string') return skip(true, `${name}: ${system}`);
        const play = createPlay(system, name !== 'sshfs');
        try {
          await play.begin();
          for (const each of steps) {
            done.set(each.type, (done.get(each.type) ?? 0) + 1);
            await play.take(each);
          }
          expect(await play.end()).toEqual([]);
        } finally {
          await play.close();
          await system.remove();
          rmSync(root, { recursive: true, force: true });
        }
      }),
      { numRuns: cases, ...seeded(), endOnFailure: name === 'sshfs' },
    );
    const counted = [...done].map(([type, count]) => `${type} ${count}`).toSorted();
    console.log(`${name}: ${cases} cases, steps: ${counted.join(', ')}`);
  }, 3_600_000);
});

const seeded = (): { seed?: number } =>
  process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) };

/** Lines after which a rotation must have been noticed where inodes follow names. */
const mostLines = 4;

const nobody = 65_534;

/** Root may read everything: the source runs as somebody who may not. */
function asNobody(): () => void {
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.([]);
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  return () => {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  };
}

/** Does to the disk what only root may. */
function asRoot<T>(act: () => T): T {
  process.seteuid?.(0);
  try {
    return act();
  } finally {
    process.seteuid?.(nobody);
  }
}

function createPlay(system: FileSystem, hasInodes: boolean) {
  /** The path that is read: a link into the view, so that it can be switched. */
  const link = join(system.view, '..', 'current.log');
  let becomeRoot = (): void => undefined;
  let session: Session | undefined;
  let marks: Session['marks'] = new Map();
  let isMounted = false;
  let forbidden = false;
  let folder = 'a';
  let folders = 1;
  let number = 0;
  let open = '';
  const seen: string[] = [];
  const written: string[] = [];

  const place = (name = 'app.log'): string => join(system.backing, folder, name);
  const write = (text: string): void => {
    appendFileSync(place(), text);
    const lines = (open + text).split('\n');
    open = lines.pop() ?? '';
    written.push(...lines);
  };
  /** Lengths differ: a file rewritten at the same length in the same second is beyond telling by SFTP. */
  const line = (): string =>
    `${(number += 1)} ${'x'.repeat(number % 7 === 0 ? 900 : 20 + number * 3)} ${number}\n`;

  const start = async (): Promise<void> => {
    session ??= openSession({ file: link }, { marks });
  };
  const stop = async (): Promise<void> => {
    if (session === undefined) return;
    await session.stop();
    seen.push(...session.texts());
    marks = session.marks;
    session = undefined;
  };
  const mount = async (): Promise<void> => {
    if (isMounted) return;
    await asRoot(() => system.mount());
    isMounted = true;
  };
  const allow = (): void => {
    if (!forbidden) return;
    for (const name of asRoot(() => readdirSync(join(system.backing, folder))))
      asRoot(() => chmodSync(place(name), 0o644));
    forbidden = false;
  };
  /** Everything that can be read is read. */
  const settle = async (): Promise<void> => {
    await mount();
    allow();
    await start();
    const here = session;
    const whole = (): number => seen.length + (here?.texts().length ?? 0);
    if (hasInodes) {
      await here?.until(() => whole() >= written.length && here.condition(link) === 'atEnd', 90_000);
      return;
    }
    // A rotation between two looks shows when the new file grows past what was read of the old one: logs do.
    for (let tries = 1; ; tries++) {
      asRoot(() => write(line()));
      try {
        const limit = tries === mostLines ? 90_000 : 2000;
        return await here?.until(() => whole() >= written.length && here.condition(link) === 'atEnd', limit);
      } catch (error) {
        if (tries === mostLines) throw error;
      }
    }
  };
  const pointTo = (target: string): void => {
    const fresh = `${link}.new`;
    symlinkSync(target, fresh);
    renameSync(fresh, link);
  };
  const newFolder = (): void => {
    folders += 1;
    mkdirSync(join(system.backing, folder), { mode: 0o755 });
    writeFileSync(place(), '', { mode: 0o644 });
  };

  const take = async (each: Step): Promise<void> => {
    switch (each.type) {
      case 'write':
        return asRoot(() => write(Array.from({ length: each.count }, line).join('')));
      case 'partial': {
        const text = line();
        asRoot(() => write(text.slice(0, 5)));
        await new Promise((resolve) => setImmediate(resolve));
        return asRoot(() => write(text.slice(5)));
      }
      case 'rename':
        asRoot(() => {
          for (let age = 8; age >= 1; age--)
            if (has(`app.log.${age}`)) move(`app.log.${age}`, `app.log.${age + 1}`);
          move('app.log', 'app.log.1');
          writeFileSync(place(), '', { mode: forbidden ? 0 : 0o644 });
        });
        return;
      case 'copyTruncate':
        await settle();
        return asRoot(() => {
          copyFileSync(place(), place(`copy-${folders}-${number}`));
          truncateSync(place());
        });
      case 'recreate':
        // What is deleted unread is lost, which is said: not what is looked at here.
        await settle();
        return asRoot(() => {
          const { ino } = statSync(place());
          rmSync(place());
          writeFileSync(place(), '', { mode: 0o644 });
          if (statSync(place()).ino === ino)
            done.set('inode used again', (done.get('inode used again') ?? 0) + 1);
        });
      case 'forbid':
        forbidden = true;
        return asRoot(() => chmodSync(place(), 0));
      case 'allow':
        return allow();
      case 'switchLink':
        await settle();
        return asRoot(() => {
          folder = `link-${folders}`;
          newFolder();
          pointTo(join(system.view, folder, 'app.log'));
        });
      case 'replaceDirectory':
        await settle();
        return asRoot(() => {
          const path = join(system.backing, folder);
          renameSync(path, `${path}-gone-${folders}`);
          newFolder();
        });
      case 'unmount':
        if (!isMounted) return;
        isMounted = false;
        return asRoot(() => system.unmount());
      case 'mount':
        return mount();
      case 'settle':
        return settle();
      case 'restart':
        // A start without the mount, or without leave to read, is as good as any.
        await stop();
        return start();
    }
  };
  const has = (name: string): boolean => readdirSync(join(system.backing, folder)).includes(name);
  const move = (from: string, to: string): void => renameSync(place(from), place(to));

  return {
    async begin() {
      newFolder();
      pointTo(join(system.view, folder, 'app.log'));
      becomeRoot = asNobody();
      await mount();
      await start();
      await session?.until(() => session?.condition(link) === 'atEnd');
    },
    take,
    /** Lines that are missing, came twice, or out of order. */
    async end(): Promise<readonly string[]> {
      // Where inodes follow names, a rotation between two looks shows when the new file grows.
      asRoot(() => write(line()));
      await settle();
      await stop();
      const problems: string[] = [];
      if (seen.length !== written.length) problems.push(`${seen.length} seen, ${written.length} written`);
      const wrong = seen.findIndex((text, index) => text !== written[index]);
      if (wrong >= 0)
        problems.push(`at ${wrong}: ${seen[wrong]?.slice(0, 9)}, not ${written[wrong]?.slice(0, 9)}`);
      return problems;
    },
    async close() {
      await stop().catch(() => undefined);
      becomeRoot();
    },
  };
}
