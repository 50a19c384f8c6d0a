import { isUtf8 } from 'node:buffer';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { ConfigPorts } from './files.ts';

/**
 * What is wrong with the encoding of a file whose text was read as UTF-8; undefined: nothing. Bytes that are
 * none became U+FFFD, and a pattern with that in it would load, and match nothing, without a word.
 */
export async function encodingMistake(
  file: string,
  text: string,
  ports: Pick<ConfigPorts, 'bytes'>,
): Promise<Diagnostic | undefined> {
  if (!text.includes('\uFFFD') && !text.includes('\0')) return undefined;
  const read = await ports.bytes(file);
  if (!read.ok) return undefined;
  const mistake = isUtf16(read.text) ? utf16 : firstForeign(read.text);
  return mistake && { code: 'config.encoding', severity: 'error', file, ...mistake };
}

type Mistake = Pick<Diagnostic, 'message' | 'line' | 'column' | 'hint'>;

const utf16: Mistake = {
  message: 'this is UTF-16, and a configuration is UTF-8',
  line: 1,
  column: 1,
  hint: 'save it as UTF-8, or: iconv -f UTF-16 -t UTF-8',
};

/** By its mark, or by the zero that half of each ASCII character is. */
const isUtf16 = (bytes: string): boolean => /^(?:\xFF\xFE|\xFE\xFF|\0[^\0]|[^\0]\0)/.test(bytes);

/** The first line that is not UTF-8: no character of several bytes holds the byte of a line's end. */
function firstForeign(bytes: string): Mistake | undefined {
  const lines = bytes.split('\n').map((line) => Buffer.from(line, 'latin1'));
  const at = lines.findIndex((line) => !isUtf8(line));
  const foreign = lines[at];
  return foreign === undefined
    ? undefined
    : {
        message: 'what stands here is not UTF-8, as a configuration must be',
        line: at + 1,
        column: foreign.toString('utf8').indexOf('\uFFFD') + 1,
        hint: 'save it as UTF-8, or: iconv -f ISO-8859-1 -t UTF-8',
      };
}
