import { spawn, type ChildProcess } from 'node:child_process';
import type { Command } from '../../model/intent.ts';
import { bytesOf, textOf } from './bytes.ts';
import { done, lost, type Outcome } from './contract.ts';
import { whyLost } from './streams.ts';

/** Commands that are fed for as long as nobody closes them: one for each rule. */
export interface Pipes {
  /** Starts the command unless it runs already; another one of the rule gets its end first. Never rejects. */
  write(rule: string, command: Command, text: string): Promise<Outcome>;
  /** Ends what a rule's command reads. It is not waited for. */
  close(rule: string): void;
  closeAll(): void;
  /** Ends all, and kills what is not done in `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

interface Pipe {
  readonly name: string;
  readonly child: ChildProcess;
}

export interface PipePorts {
  readonly environment: { readonly [name: string]: string };
  /** Bytes that may wait for one command. */
  readonly queued: number;
  /** Takes what they print; absent: nobody does. */
  readonly output?: (text: string) => void;
}

/** Nothing runs. */
export function createPipes({ environment, queued, output }: PipePorts): Pipes {
  const open = new Map<string, Pipe>();
  const running = new Set<ChildProcess>();

  const start = (rule: string, name: string, command: Command): Pipe | string => {
    const [program = '', ...args] =
      command.type === 'argv' ? command.argv.map(textOf) : ['/bin/sh', '-c', textOf(command.text)];
    try {
      const child = spawn(program, args, {
        argv0: command.type === 'shell' ? 'sh' : program,
        env: { ...environment },
        detached: true,
        stdio: ['pipe', output === undefined ? 'ignore' : 'pipe', 'ignore'],
      });
      const forget = (): void => {
        running.delete(child);
        if (open.get(rule)?.child === child) open.delete(rule);
      };
      child.on('error', forget);
      child.on('exit', forget);
      // It need not read what it is given: the write that fails says so.
      child.stdin?.on('error', () => undefined);
      child.stdout?.on('data', (bytes: Buffer) => output?.(bytes.toString('latin1')));
      running.add(child);
      return { name, child };
    } catch (error) {
      return error instanceof Error ? whyLost(error) : String(error);
    }
  };

  const close = (rule: string): void => {
    open.get(rule)?.child.stdin?.end();
    open.delete(rule);
  };

  const closeAll = (): void => {
    for (const rule of open.keys()) close(rule);
  };

  return {
    async write(rule, command, text) {
      const name = JSON.stringify(command);
      const known = open.get(rule);
      if (known !== undefined && known.name !== name) close(rule);
      const pipe = open.get(rule) ?? start(rule, name, command);
      if (typeof pipe === 'string') return lost(pipe);
      open.set(rule, pipe);
      const { stdin } = pipe.child;
      const bytes = bytesOf(text);
      if (stdin === null || stdin.writableLength + bytes.length > queued) {
        return lost('too much waits for the command');
      }
      return new Promise((resolve) => {
        stdin.write(bytes, (error) => resolve(error instanceof Error ? lost(whyLost(error)) : done));
      });
    },
    close,
    closeAll,
    async stop(graceMs) {
      closeAll();
      const ends = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)));
      const timer = setTimeout(() => running.forEach(kill), graceMs);
      await Promise.all(ends);
      clearTimeout(timer);
    },
  };
}

/** The whole group: a shell has children of its own. */
function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
