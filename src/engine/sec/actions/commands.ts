import type { SecCommand } from '../program.ts';
import type { Scene } from '../scene.ts';
import { quoteWord } from '../shell.ts';
import type { ActionOf, ActionPorts, Acts } from './contract.ts';
import { printed, withDesc } from './output.ts';

type CommandType =
  | 'shellcmd'
  | 'cmdexec'
  | 'spawn'
  | 'spawnexec'
  | 'cspawn'
  | 'cspawnexec'
  | 'pipe'
  | 'pipeexec'
  | 'report'
  | 'reportexec';

interface Start {
  readonly action: CommandType;
  readonly command: SecCommand;
  readonly scene: Scene;
  readonly input?: string;
  /** Its lines become events, with this internal context or the usual one. */
  readonly events?: { readonly context: string | undefined };
}

/** The kinds for which `--quoting` holds. */
const QUOTES: ReadonlySet<CommandType> = new Set(['shellcmd', 'spawn', 'cspawn']);

/** Commands, and texts for their standard input. */
export function createCommandActions(ports: ActionPorts): Acts<CommandType> {
  const { children, contexts, outputs, settings, shell, texts } = ports;

  const start = ({ action, command, scene, input, events }: Start): void => {
    const prepared = shell.prepare(command, scene, { action: true, quotes: QUOTES.has(action) });
    if ('refused' in prepared) {
      outputs.limit(
        'command-refused',
        `the command of ${action} is not run: ${prepared.refused}`,
        scene.place,
      );
      return;
    }
    const child = children.name();
    if (events !== undefined) children.await(child, { type: 'events', context: events.context });
    const asked = events !== undefined;
    outputs.do(scene, action, {
      type: 'run',
      child,
      command: prepared.command,
      ...(input !== undefined && { input }),
      outputs: asked,
      reports: asked,
    });
  };

  const plain = ({ type, command }: ActionOf<'shellcmd' | 'cmdexec'>, scene: Scene): void =>
    start({ action: type, command, scene });

  const spawn = ({ type, command }: ActionOf<'spawn' | 'spawnexec'>, scene: Scene): void =>
    start({ action: type, command, scene, events: { context: undefined } });

  const cspawn = ({ type, context, command }: ActionOf<'cspawn' | 'cspawnexec'>, scene: Scene): void => {
    const quotes = settings.quoting && type === 'cspawn';
    const named = quotes ? withDesc(scene, quoteWord(scene.desc)) : scene;
    start({ action: type, command, scene, events: { context: texts.inList(context, named) } });
  };

  const pipe = ({ type, text, command }: ActionOf<'pipe' | 'pipeexec'>, scene: Scene): void => {
    const filled = texts.inList(text, scene);
    if (command === undefined) outputs.do(scene, type, printed(filled));
    else start({ action: type, command, scene, input: `${filled}\n` });
  };

  const report = (
    { type, context: name, command }: ActionOf<'report' | 'reportexec'>,
    scene: Scene,
  ): void => {
    const context = contexts.get(texts.inList(name, scene));
    if (context === undefined) {
      outputs.limit('context-missing', `${type}: there is no such context`, scene.place);
      return;
    }
    if (context.lines.length === 0) return;
    const text = context.lines.map((line) => line.text).join('\n');
    if (command === undefined) outputs.do(scene, type, printed(text));
    else start({ action: type, command, scene, input: `${text}\n` });
  };

  return {
    shellcmd: plain,
    cmdexec: plain,
    spawn,
    spawnexec: spawn,
    cspawn,
    cspawnexec: cspawn,
    pipe,
    pipeexec: pipe,
    report,
    reportexec: report,
  };
}
