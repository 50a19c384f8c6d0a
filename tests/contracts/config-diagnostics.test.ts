import { describe, expect, test } from 'vitest';
import { complaints, loadTexts, written } from './config-texts.ts';
import { mistakes } from './config-mistakes.ts';

test.each(mistakes)('%s', async (_what, text, told, files) => {
  expect(await complaints(text, files)).toEqual(told);
});

test('more depth than the parser bears is called so, not by the name of its failure', async () => {
  const [told = '', ...others] = await complaints(`a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`);
  expect(told).toMatch(/^c\.yaml:1:\d+ yaml\.syntax nested too deep$/);
  expect(others).toEqual([]);
});

test('what was written where a map or a list belongs is not repeated: it may be a token', async () => {
  const told = await complaints(
    'channels: { a: { slack: hunter2 }, b: { exec: { command: "curl -H hunter2" } }, c: hunter2 }\naccounts: hunter2\ninclude: [hunter2]',
  );
  expect(told).toContain(
    'c.yaml:1:58 config.wrong-value channels.b.exec.command: must be a list, not a text (a list of one stands in brackets: [ … ])',
  );
  expect(told).toHaveLength(5);
  expect(told.join('\n')).not.toContain('hunter2');
});

describe('several files', () => {
  const told = async (texts: { readonly [path: string]: string }, files?: readonly string[]) =>
    (await loadTexts(texts, files)).diagnostics.map(written);

  test('a value given in two files names both places', async () => {
    expect(
      await told({ 'a.yaml': 'limits:\n  keep: 9d', 'b.yaml': 'late: 1m\nlimits: { keep: 8d }' }),
    ).toEqual(['b.yaml:2:11 config.given-twice "keep" is given twice, first at a.yaml:2:3']);
  });

  test('so does an overlay that is not about rules', async () => {
    expect(await told({ 'a.yaml': 'late: 1m', 'a.local.yaml': 'late: 2m' })).toEqual([
      'a.local.yaml:1:1 config.given-twice "late" is given twice, first at a.yaml:1:1',
    ]);
  });

  test('and routes in two files of the same standing', async () => {
    const texts = {
      'a.yaml': 'channels: { s: { screen: {} } }\nroutes: [{ to: s }]',
      'b.yaml': 'routes: [{ to: s }]',
    };
    expect(await told(texts)).toEqual([
      'b.yaml:1:1 config.given-twice "routes" is given twice, first at a.yaml:2:1',
    ]);
  });

  test('a rule given twice names both places', async () => {
    const rule = 'rules: [{ id: r, match: x, alert: {} }]';
    expect(await told({ 'a.yaml': rule, 'b.yaml': `late: 1m\n${rule}` })).toEqual([
      'b.yaml:2:9 config.duplicate-rule a rule with the id "r" is given twice, first at a.yaml:1:9',
    ]);
    expect(await told({ 'a.yaml': rule, 'b.local.yaml': rule, 'c.local.yaml': rule })).toEqual([
      'c.local.yaml:1:9 config.duplicate-rule a rule with the id "r" is given twice, first at b.local.yaml:1:9',
    ]);
  });

  test('a change of a rule whose id is misspelt names the one that may be meant', async () => {
    const change = 'include: [{ pack: sshd }]\nrules: [{ id: sshd/brut-force, enabled: false, alert: {} }]';
    expect(await told({ 'a.yaml': change })).toEqual([
      'a.yaml:2:9 config.missing-key missing key "match" in rules.sshd/brut-force (to change another rule, give its id: did you mean "sshd/brute-force"?)',
    ]);
  });

  test('a mistake in an overlay is told where the overlay makes it, one in what it leaves where that stands', async () => {
    const texts = {
      'a.yaml': 'rules:\n  - id: r\n    match: x\n    alert: { title: "{{ nope }}" }',
      'a.local.yaml': 'rules:\n  - id: r\n    alert: { severity: bad }',
    };
    expect(await told(texts)).toEqual([
      "a.yaml:4:25 template.unknown-name template: no line of this rule gives 'nope'",
      'a.local.yaml:3:24 config.wrong-value rules.r.alert.severity: must be info, warning or critical, not the text "bad"',
    ]);
  });

  test('mistakes of all files are told at once, in the order of the files', async () => {
    const texts = {
      'a.yaml': 'lat: 5m',
      'b.yaml': 'zone: [',
      'c.yaml': 'rules: [{ id: x, match: "(", alert: {} }]',
    };
    const codes = (await told(texts)).map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(codes).toEqual([
      'a.yaml:1:1 config.unknown-key',
      'b.yaml:1:8 yaml.syntax',
      'c.yaml:1:26 pattern.syntax',
    ]);
  });

  test('names that may stand in a file that could not be read are not called unknown', async () => {
    const texts = {
      'a.yaml': 'rules: [{ id: x, from: [auth], match: y, alert: {} }]\nroutes: [{ to: mail }]',
      'b.yaml': 'sources: [',
    };
    expect((await told(texts)).filter((line) => !line.includes('yaml.syntax'))).toEqual([]);
  });

  test('a file that is not there', async () => {
    expect(await told({}, ['gone.yaml'])).toEqual(['config.unreadable gone.yaml does not exist']);
  });

  test('a folder without a file, and one with a file that is not read', async () => {
    expect(await told({ 'etc/notes.txt': '' }, ['etc'])).toEqual([
      'config.unreadable etc has no *.yaml file',
    ]);
    expect(await told({ 'etc/a.yaml': '', 'etc/b.yml': '' }, ['etc'])).toEqual([
      'config.ignored-file etc/b.yml is not read (rename it to *.yaml)',
    ]);
  });
});

test('a text of extreme length is refused before it is parsed', async () => {
  expect(await complaints(`# ${'x'.repeat(9 * 1024 * 1024)}`)).toEqual([
    'c.yaml:1:1 yaml.too-long longer than 8388608 characters',
  ]);
});

test('aliases that multiply are cut off', async () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(9)}]`,
  );
  const told = await complaints(['l0: &l0 [x]', ...levels].join('\n'));
  expect(told.filter((line) => line.includes('yaml.too-large'))).toHaveLength(1);
});

test('a secret that stands where the path of its file belongs is not repeated', async () => {
  const told = await complaints(
    [
      'channels:',
      '  a: { telegram: { token-file: "123:hunter2", chat: "1" } }',
      '  b: { discord: { url-file: "https://discord.com/api/webhooks/1/hunter2" } }',
      '  c: { webhook: { url: "https://a/b", token-file: "hunter2/=" } }',
      'proxy: { https: "http://p:1", password-file: hunter2 }',
    ].join('\n'),
  );
  expect(told.map((line) => line.split(' ', 3).join(' '))).toEqual([
    'c.yaml:2:32 config.secret token-file',
    'c.yaml:3:29 config.secret url-file',
    'c.yaml:4:51 config.secret token-file',
    'c.yaml:5:46 config.secret password-file',
  ]);
  expect(told.join('\n')).not.toContain('hunter2');
});

test('no Diagnostic shows what a secret file holds', async () => {
  const text =
    'channels: { a: { webhook: { url: "https://a/b", secret-file: k } } }\nproxy: { https: "http://p:1", password-file: p }';
  const told = await complaints(`${text}\nstrom: 1`, { k: 'unsafe-hush', p: 'unsafe-hush' });
  expect(told).toHaveLength(3);
  expect(told.join()).not.toContain('hush');
});
