import type { Intent } from '../../model/intent.ts';
import { prepare } from './commands.ts';
import type { SwatchAction, SwatchCommand } from './program.ts';
import { fill, type Scene } from './texts.ts';

/** What an action comes to, or why to nothing. */
export type Done = { readonly intents: readonly Intent[] } | { readonly refused: string };

/** Gives each command that is run a name of its own. */
export type NextChild = () => string;

/** What the pipe that is kept open leads to: one for all blocks, as with swatch itself. */
export interface OpenPipe {
  command: string;
}

/** What is to be done for a line. `message` is what the action tells, `pipe` the one that is open. */
export function doAction(
  action: SwatchAction,
  message: string,
  scene: Scene,
  { child, pipe }: { readonly child: NextChild; readonly pipe: OpenPipe },
): Done {
  if (action.type === 'exec') return run(action.command, undefined, scene, child);
  switch (action.type) {
    case 'echo':
      return { intents: [echo(message, action.style)] };
    case 'bell':
      return { intents: [{ type: 'write', file: '-', how: 'text', text: '', bells: action.rings }] };
    case 'mail':
      return { intents: [mail(action, message, scene, child)] };
    case 'pipe':
      return action.keepOpen
        ? keepOpen(action.command, message, scene, pipe)
        : closing(pipe, run(action.command, message, scene, child));
    case 'write':
      return closing(pipe, { intents: writes(action, message, scene, child) });
  }
}

const echo = (text: string, style: string): Intent => ({
  type: 'write',
  file: '-',
  how: 'line',
  text,
  ...(style === '' ? {} : { style }),
});

function run(command: SwatchCommand, input: string | undefined, scene: Scene, child: NextChild): Done {
  const prepared = prepare(command, scene);
  if ('refused' in prepared) return prepared;
  return { intents: [runs(prepared.command, input, child)] };
}

const runs = (
  command: Extract<Intent, { type: 'run' }>['command'],
  input: string | undefined,
  child: NextChild,
): Intent => ({
  type: 'run',
  child: child(),
  command,
  ...(input === undefined ? {} : { input }),
  outputs: false,
  reports: false,
  inTurn: true,
});

/** A header is one line: whatever would end it stands as a blank. */
const header = (text: string): string => text.replaceAll(/[\0\r\n]+/g, ' ');

function mail(
  { to, subject, mailer }: Extract<SwatchAction, { type: 'mail' }>,
  message: string,
  scene: Scene,
  child: NextChild,
): Intent {
  const people = header(fill(to, scene)).replaceAll(':', ',');
  const letter = `To: ${people}\nSubject: ${header(fill(subject, scene))}\n\n${message}\n`;
  return runs({ type: 'argv', argv: mailer }, letter, child);
}

function writes(
  { program, users }: Extract<SwatchAction, { type: 'write' }>,
  message: string,
  scene: Scene,
  child: NextChild,
): readonly Intent[] {
  return users.map((user) =>
    runs({ type: 'argv', argv: [program, fill(user, scene)] }, `${message}\n`, child),
  );
}

function keepOpen(command: SwatchCommand, text: string, scene: Scene, pipe: OpenPipe): Done {
  const prepared = prepare(command, scene);
  if ('refused' in prepared) return prepared;
  const name = JSON.stringify(prepared.command);
  const intents: Intent[] = pipe.command === '' || pipe.command === name ? [] : [{ type: 'closePipe' }];
  pipe.command = name;
  return { intents: [...intents, { type: 'pipe', command: prepared.command, text }] };
}

/** Another command than that of the open pipe closes it. */
function closing(pipe: OpenPipe, done: Done): Done {
  if (pipe.command === '' || 'refused' in done) return done;
  pipe.command = '';
  return { intents: [{ type: 'closePipe' }, ...done.intents] };
}
