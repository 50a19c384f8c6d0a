import { assert } from '../../kit/assert.ts';
import { byteLength } from '../../kit/text.ts';
import type { Instant } from '../../model/time.ts';
import { type CheckResult, escapeOutput, fitOutput, hostStateOf, nameObjection } from './check-result.ts';

/** PIPE_BUF of Linux: what one write() of at most this much puts into a FIFO is never mixed with another. */
export const pipeBuf = 4096;

/**
 * An external command of Nagios (base/commands.c of Nagios Core): one line, newline included, of at most
 * PIPE_BUF bytes whatever the output is.
 */
export function commandLine(result: CheckResult, at: Instant): string {
  for (const name of [result.host, result.service ?? 'host']) {
    assert(nameObjection(name) === undefined, `a name that ${nameObjection(name)} in a command`);
  }
  const head = `[${Math.floor(at / 1000)}] ${subjectOf(result)};`;
  const output = fitOutput(result.output, pipeBuf - byteLength(head) - 1);
  return `${head}${escapeOutput(output)}\n`;
}

function subjectOf({ host, service, code }: CheckResult): string {
  if (service === undefined) return `PROCESS_HOST_CHECK_RESULT;${host};${hostStateOf(code)}`;
  return `PROCESS_SERVICE_CHECK_RESULT;${host};${service};${code}`;
}
