import { closeSync, constants, openSync, statSync, writeSync } from 'node:fs';
import { bytesOf } from './bytes.ts';
import type { Sandbox } from './sandbox.ts';
import type { Trace } from './trace.ts';

/** The files SEC writes. What cannot be written is lost, as with SEC. */
export interface Outputs {
  write(file: string, how: 'line' | 'text' | 'once', text: string): void;
  close(file: string): void;
  closeAll(): void;
}

export function createOutputs(sandbox: Sandbox, trace: Trace): Outputs {
  const handles = new Map<string, number>();
  const close = (file: string): void => {
    const handle = handles.get(file);
    if (handle !== undefined) closeSync(handle);
    handles.delete(file);
  };
  return {
    write(file, how, text) {
      const whole = how === 'line' ? `${text}\n` : text;
      if (file === '-') {
        trace.out(whole);
        return;
      }
      const handle =
        how === 'once' ? open(sandbox.path(file)) : (handles.get(file) ?? open(sandbox.path(file)));
      if (handle === undefined) return;
      tryTo(() => writeSync(handle, bytesOf(whole)));
      if (how === 'once') closeSync(handle);
      else handles.set(file, handle);
    },
    close,
    closeAll: () => [...handles.keys()].forEach(close),
  };
}

/** A plain file is made when it is missing; a FIFO without a reader and anything else is not opened. */
function open(path: Buffer): number | undefined {
  const kind = tryTo(() => statSync(path));
  if (kind !== undefined && !kind.isFile() && !kind.isFIFO()) return undefined;
  const create = kind?.isFIFO() === true ? constants.O_NONBLOCK : constants.O_APPEND | constants.O_CREAT;
  return tryTo(() => openSync(path, constants.O_WRONLY | create, 0o666));
}

function tryTo<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
