import { afterEach, expect, test, vi } from 'vitest';
import { settingsFrom } from './settings.ts';

const placesOf = (env: NodeJS.ProcessEnv, isRoot = false): readonly string[] => {
  const { config, state } = settingsFrom({}, env, { isRoot, isTTY: false });
  return [...config, state];
};
const inHome = ['/home/me/.config/bird-sentinel', '/home/me/.local/state/bird-sentinel'];

afterEach(() => vi.unstubAllEnvs());

test.each([
  [{}, inHome],
  [{ XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s' }, ['/c/bird-sentinel', '/s/bird-sentinel']],
  [{ XDG_CONFIG_HOME: '', XDG_STATE_HOME: '' }, inHome],
  [{ XDG_CONFIG_HOME: 'c', XDG_STATE_HOME: './s' }, inHome],
  [{ BIRD_SENTINEL_CONFIG: '', BIRD_SENTINEL_STATE: '' }, inHome],
  [{ BIRD_SENTINEL_CONFIG: 'a.yaml:/b', BIRD_SENTINEL_STATE: 'state' }, ['a.yaml', '/b', 'state']],
] as const)('the places of a user with %j', (env, places) => {
  vi.stubEnv('HOME', '/home/me');
  expect(placesOf(env)).toEqual(places);
});

test('an empty HOME never means the working directory', () => {
  vi.stubEnv('HOME', '');
  for (const place of placesOf({})) expect(place).toMatch(/^\//);
});

test('a user whom the machine does not know has a place that is not there, not a trace', async () => {
  const unknown = (): never => {
    throw new Error('uv_os_homedir returned ENOENT');
  };
  vi.doMock('node:os', () => ({ homedir: unknown, userInfo: unknown }));
  vi.resetModules();
  const { settingsFrom: settingsThere } = await import('./settings.ts');
  vi.doUnmock('node:os');
  expect(settingsThere({}, {}, { isRoot: false, isTTY: false }).config).toEqual([
    '/nonexistent/.config/bird-sentinel',
  ]);
});

test('root has those of the machine', () => {
  expect(placesOf({ XDG_CONFIG_HOME: '/c' }, true)).toEqual(['/etc/bird-sentinel', '/var/lib/bird-sentinel']);
});
