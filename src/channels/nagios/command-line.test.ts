import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../model/time.ts';
import {
  type CheckResult,
  nameObjection,
  plainOutput,
  safeOutput,
  withPerformanceData,
} from './check-result.ts';
import { commandLine, pipeBuf } from './command-line.ts';
import { spoolText } from './spool.ts';

const at = instant(1_763_632_806_042);

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 6000, size: 'max' }),
  fc
    .array(fc.constantFrom('\\', '\\n', '\n', ';', '|', '🐦', '\u0000', '\u001b[2J', '\ud800', '\r\n', 'é'), {
      maxLength: 3000,
      size: 'max',
    })
    .map((texts) => texts.join('')),
);
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
  .filter((text) => nameObjection(text) === undefined);
const code = fc.constantFrom(0, 1, 2, 3) as fc.Arbitrary<CheckResult['code']>;

/** What Nagios makes of the output of a command (parse_check_output). */
const unescaped = (text: string): string =>
  text.replace(/\\([\\n])/g, (_, char: string) => (char === 'n' ? '\n' : '\\'));

describe('a command', () => {
  it('is one line, under PIPE_BUF, and of the host and service it is for, whatever the text', () => {
    fc.assert(
      fc.property(
        name,
        fc.option(name, { nil: undefined }),
        code,
        hostile,
        fc.option(hostile),
        (host, service, code, text, data) => {
          const output = data === null ? safeOutput(text) : withPerformanceData(safeOutput(text), data);
          const line = commandLine({ host, code, output, ...(service === undefined ? {} : { service }) }, at);
          const bytes = Buffer.from(line);
          expect(bytes.length).toBeLessThanOrEqual(pipeBuf);
          expect(bytes.toString()).toBe(line);
          expect(line.indexOf('\n')).toBe(line.length - 1);
          expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u);
          const [command, ...rest] = line.slice(0, -1).split(';');
          if (service === undefined) {
            expect(command).toBe('[1763632806] PROCESS_HOST_CHECK_RESULT');
            expect(rest.slice(0, 2)).toEqual([host, code === 0 ? '0' : '1']);
            expect(rest.length).toBeGreaterThanOrEqual(3);
          } else {
            expect(command).toBe('[1763632806] PROCESS_SERVICE_CHECK_RESULT');
            expect(rest.slice(0, 3)).toEqual([host, service, String(code)]);
            expect(rest.length).toBeGreaterThanOrEqual(4);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('brings Nagios the text as it was, or its beginning and a mark', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const output = safeOutput(text);
        const line = commandLine({ host: 'h', service: 's', code: 2, output }, at);
        const got = unescaped(line.slice(line.indexOf(';h;s;2;') + 7, -1));
        if (got === output) return;
        expect(Buffer.byteLength(line)).toBeGreaterThan(pipeBuf - 250);
        expect(got.endsWith('…')).toBe(true);
        const [first = '', ...rest] = got.split('\n');
        const beginning = rest.length === 0 ? first.slice(0, -1) : got.slice(0, -1);
        expect(output.startsWith(beginning)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps performance data when words give way to it', () => {
    const output = withPerformanceData(safeOutput('x'.repeat(5000)), "'a b'=3ms;;;0");
    const line = commandLine({ host: 'h', service: 's', code: 0, output }, at);
    expect(line).toMatch(/x…\|'a b'=3ms;;;0\n$/);
    expect(Buffer.byteLength(line)).toBe(pipeBuf);
  });

  it('has performance data behind its first line, and none that the log wrote', () => {
    expect(withPerformanceData(safeOutput('a | b\nc'), 'n=1\nm=2|x=3')).toBe('a ¦ b|n=1 m=2 x=3\nc');
    expect(withPerformanceData('a', ' \n')).toBe('a');
    expect(withPerformanceData('a', 'x'.repeat(501))).toBe('a');
  });

  it('never goes out with a name that says something else', () => {
    for (const bad of ['', 'a;b', 'a\nb', '\u0000', 'x'.repeat(256), '\ud800']) {
      expect(() => commandLine({ host: bad, service: 's', code: 0, output: 'x' }, at)).toThrow('bug');
      expect(() => commandLine({ host: 'h', service: bad, code: 0, output: 'x' }, at)).toThrow('bug');
    }
  });

  it('says something even of nothing', () => {
    for (const empty of ['', ' ', '\n\n', '\u0000']) expect(plainOutput(empty)).toBe('(no text)');
  });
});

describe('a spool file', () => {
  it('has each member once, whatever the text', () => {
    const names = fc.tuple(name, fc.option(name, { nil: undefined }));
    fc.assert(
      fc.property(names, code, hostile, ([host, service], code, text) => {
        const result = {
          host,
          code,
          output: safeOutput(text),
          ...(service === undefined ? {} : { service }),
        };
        const lines = spoolText(result, at).split('\n');
        expect(lines.at(-1)).toBe('');
        expect(lines.slice(0, -1).map((line) => line.split('=', 1)[0])).toEqual([
          'file_time',
          '',
          'host_name',
          ...(service === undefined ? [] : ['service_description']),
          'check_type',
          'check_options',
          'scheduled_check',
          'latency',
          'start_time',
          'finish_time',
          'early_timeout',
          'exited_ok',
          'return_code',
          'output',
        ]);
        expect(lines).toContain(`host_name=${host}`);
        expect(lines).toContain('start_time=1763632806.042000');
      }),
    );
  });
});
