import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../tests/peers/channel-ports.ts';
import { instant } from '../../model/time.ts';
import { commandLine } from './command-line.ts';
import { readSubmission, severityOf, submissionFields, submittedIn } from './submission.ts';

/** The command that becomes of the arguments, as the channel makes it. */
function commandOf(args: readonly string[]): string {
  const read = readSubmission(args);
  if (!read.ok) return read.detail;
  const { submission } = read;
  const payload = {
    ...messageOf(['words']).payload,
    rule: 'sentinel/send',
    line: submission.text,
    fields: submissionFields(submission),
  };
  const result = submittedIn(payload);
  return result === undefined ? 'no result' : commandLine(result, instant(5000));
}

describe('submit_check_result', () => {
  it.each([
    [['web1', 'disk', '2', 'full'], '[5] PROCESS_SERVICE_CHECK_RESULT;web1;disk;2;full\n'],
    [['web1', 'disk', 'OK', 'fine', 'again'], '[5] PROCESS_SERVICE_CHECK_RESULT;web1;disk;0;fine again\n'],
    [['web1', 'disk', 'unknown', ''], '[5] PROCESS_SERVICE_CHECK_RESULT;web1;disk;3;(no text)\n'],
    [['web1', 'disk', '-1', 'x'], '[5] PROCESS_SERVICE_CHECK_RESULT;web1;disk;3;x\n'],
    [
      ['web1', 'disk', '1', 'a;b|n=1\\nmore C:\\\\x \\y'],
      '[5] PROCESS_SERVICE_CHECK_RESULT;web1;disk;1;a;b|n=1\\nmore C:\\\\x \\\\y\n',
    ],
    [['web1', 'disk', '0', 'a\nb'], '[5] PROCESS_SERVICE_CHECK_RESULT;web1;disk;0;a\\nb\n'],
    [['web1', 'disk', '4', 'x'], 'CODE is none of 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN'],
    [['web1', 'disk', 'constructor', 'x'], 'CODE is none of 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN'],
    [['web1;x', 'disk', '0', 'x'], 'HOST holds a semicolon or control character'],
    [['web1', '', '0', 'x'], 'SERVICE is empty'],
    [['web1', 'disk', '0'], 'needs HOST SERVICE CODE TEXT'],
    [[], 'needs HOST SERVICE CODE TEXT'],
  ])('%j gives %j', (args, command) => {
    expect(commandOf(args)).toBe(command);
  });

  it('gives one line or says why not, whatever the arguments', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 5 }), (args) => {
        const command = commandOf([...args.slice(0, 2), '2', ...args.slice(2)]);
        expect(command.replace(/\n$/, '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('is as bad as its code', () => {
    const severities = ['0', '1', '2', '3'].map((code) => {
      const read = readSubmission(['h', 's', code, 'x']);
      return read.ok ? severityOf(read.submission) : '';
    });
    expect(severities).toEqual(['info', 'warning', 'critical', 'warning']);
  });

  it('cannot be what a log line says', () => {
    const fields = { check_host: 'web1', check_service: 'disk', check_code: 0 };
    expect(submittedIn({ ...messageOf(['x']).payload, fields })).toBeUndefined();
    const own = { ...messageOf(['x']).payload, rule: 'sentinel/send' };
    expect(submittedIn({ ...own, fields })).toBeDefined();
    for (const bad of [
      { check_host: 'a;b' },
      { check_code: '0' },
      { check_service: undefined },
      { check_code: 7 },
    ])
      expect(submittedIn({ ...own, fields: { ...fields, ...bad } })).toBeUndefined();
  });
});
