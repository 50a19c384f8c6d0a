import { readSubmission, severityOf, submissionFields } from '../../channels/nagios/submission.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { complain } from '../terminal.ts';
import { sendText } from './send.ts';

/** As the channel writes it: a message cannot be empty. */
const noText = '(no text)';

/** `submit_check_result HOST SERVICE CODE TEXT`: through the queue, to whom the routes say. */
export async function submit(settings: Settings, args: readonly string[]): Promise<ExitCode> {
  const read = readSubmission(args);
  if (!read.ok) {
    complain(`submit_check_result: ${read.detail}`);
    return exit.usage;
  }
  const { submission } = read;
  const text = submission.text.trim() === '' ? noText : submission.text;
  const fields = submissionFields(submission);
  return sendText(settings, { to: [], text, severity: severityOf(submission), fields }, {});
}
