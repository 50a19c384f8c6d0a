import { bytesOf } from './bytes.ts';
import { play } from './play.ts';
import { NotACase } from './scenario.ts';

// Prints the trace of one case folder, as the oracle would of the real SEC.
const [folder] = process.argv.slice(2);
try {
  if (folder === undefined) throw new NotACase('usage: sec-case DIR');
  process.stdout.write(bytesOf(play(folder)));
} catch (error) {
  if (!(error instanceof NotACase)) throw error;
  process.stderr.write(`sec-case: ${error.message}\n`);
  process.exitCode = 2;
}
