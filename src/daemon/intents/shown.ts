import { safeLine } from '../../kit/terminal.ts';
import { bytesOf } from './bytes.ts';

const most = 2000;

/** A rule's text as the program's own log or a terminal may show it: one line that nothing obeys. */
export const shown = (text: string): string =>
  safeLine(bytesOf(text.slice(0, most)).toString('utf8')) + (text.length > most ? '…' : '');
