import { configurationSchema } from '../../config/schema.ts';
import { exit, type ExitCode } from '../exit.ts';
import { print } from '../terminal.ts';

/** `schema`: for editors. */
export async function schema(): Promise<ExitCode> {
  print(JSON.stringify(await configurationSchema(), null, 2));
  return exit.done;
}
