import { describe, expect, test } from 'vitest';
import { switchWords, secrcWords } from './switch-words.ts';
import { readSwitches, settingsOf } from './switches.ts';

const switches = (line: string) => readSwitches(switchWords(line)).switches;
const told = (line: string) => readSwitches(switchWords(line)).diagnostics.map(({ message }) => message);

test("SEC's own defaults", () => {
  expect(readSwitches([])).toEqual({
    diagnostics: [],
    switches: {
      conf: [],
      inputs: [],
      inputTimeout: 0,
      reopenTimeout: 0,
      checkTimeout: 0,
      pollTimeout: 0.1,
      socketTimeout: 60,
      blocksize: 8192,
      bufsize: 0,
      evstoresize: 0,
      cleantime: 1,
      debug: 6,
      dump: '/tmp/sec.dump',
      groups: [],
      dumpfts: false,
      dumpfjson: false,
      ruleperf: false,
      quoting: false,
      tail: true,
      fromstart: false,
      detach: false,
      jointbuf: false,
      keepopen: true,
      rwfifo: true,
      childterm: true,
      intevents: false,
      intcontexts: false,
      testonly: false,
      help: false,
      version: false,
    },
  });
});

test.each([
  ['-conf=sshd-failures.conf -input=-', { conf: ['sshd-failures.conf'], inputs: [{ glob: '-' }] }],
  ['--conf=a --conf b --CONF=c', { conf: ['a', 'b', 'c'] }],
  [
    '--input=/var/log/*.log=CTX --input=a=b=C',
    {
      inputs: [
        { glob: '/var/log/*.log', context: 'CTX' },
        { glob: 'a=b', context: 'C' },
      ],
      intcontexts: true,
    },
  ],
  ["'--input=a=no context'", { inputs: [{ glob: 'a=no context' }], intcontexts: false }],
  [
    '--notail --no-childterm --inte --norw',
    { tail: false, childterm: false, intevents: true, rwfifo: false },
  ],
  ['--notail --tail', { tail: true }],
  ['--poll-timeout=.5 --poll_timeout 2', { pollTimeout: 2 }],
  ['--input-t=5 --timeout_s=/bin/x', { inputTimeout: 5, timeoutScript: '/bin/x' }],
  ['--bufsize=1', { bufsize: 1, jointbuf: true }],
  ['--bufsize=010 --debug -3', { bufsize: 10, debug: 6 }],
  ['--umask=027', { umask: 0o27 }],
  ['--umask=0x1f', { umask: 31 }],
  ['--user=u --group=a --group=b', { user: 'u', groups: ['a', 'b'] }],
  ['-? +debug=3', { help: true, debug: 3 }],
  ['--debug=2 -- --debug=3', { debug: 2 }],
])('%s', (line, expected) => {
  expect(switches(line)).toMatchObject(expected);
});

describe('mistakes are told, and the rest goes on', () => {
  test.each([
    ['--bufsize=x --quoting', /not a number/, { bufsize: 0, quoting: true }],
    ['--debug=3 --debug=7', /out of range/, { debug: 6 }],
    ['--cleantime=-1', /out of range/, { cleantime: 1 }],
    ['--nosuch', /no option/, {}],
    ['--in=x', /not clear/, { inputs: [] }],
    ['--not', /not clear/, { tail: true }],
    ['--conf', /needs a value/, { conf: [] }],
    ['--conf= --quoting', /needs a value/, { quoting: true }],
    ['--tail=no', /takes no value/, { tail: true }],
    ['file', /no argument/, {}],
    ['--umask=1000', /out of range/, {}],
    ['--input-timeout=5', /without --timeout-script/, { inputTimeout: 5 }],
    ['--group=x', /without --user/, {}],
    ['--quotin --constructor', /no option/, { quoting: true }],
  ])('%s', (line, message, expected) => {
    expect(told(line)).toEqual([expect.stringMatching(message)]);
    expect(switches(line)).toMatchObject(expected);
  });

  test('a near name is proposed', () => {
    expect(readSwitches(['--intevent-s']).diagnostics[0]?.hint).toBe('did you mean --intevents?');
  });
});

test('words of a command line, and of a file that SECRC names', () => {
  expect(switchWords(`-conf='a b' "--log=c \\"d" --e\\ f ''`)).toEqual([
    '-conf=a b',
    '--log=c "d',
    '--e f',
    '',
  ]);
  expect(secrcWords('# SEC\n\n  --conf=/etc/a b.sec  \n--notail\n')).toEqual([
    '--conf=/etc/a b.sec',
    '--notail',
  ]);
});

test('the machine is told what it must know', () => {
  expect(settingsOf(switches('--bufsize=3 --intevents --quoting'), 'quoted')).toEqual({
    bufsize: 3,
    jointbuf: false,
    evstoresize: 0,
    cleantime: 1,
    quoting: true,
    intevents: true,
    intcontexts: false,
    shell: 'quoted',
  });
});
