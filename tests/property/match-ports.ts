import { createContext, Script } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import type { MatchPorts } from '../../src/match/contract.ts';

/** Ports made of plain Node calls, apart from the daemon's: a second opinion in tests. */
export function createTestPorts(guardMs = 50): MatchPorts {
  setFlagsFromString('--enable-experimental-regexp-engine');
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  const slots: { regex?: RegExp; text?: string } = {};
  const context = createContext(slots);
  const script = new Script('regex.exec(text)');
  return {
    indexOf: (bytes, needle, from) =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(needle, from),
    decode: (bytes, from, to, encoding) =>
      encoding === 'utf8'
        ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(from, to))
        : Buffer.from(bytes.subarray(from, to)).toString('latin1'),
    isLinear: (source, flags) => {
      try {
        void new RegExp(source, `${flags}l`);
        return true;
      } catch {
        return false;
      }
    },
    guarded: (regex, text) => {
      Object.assign(slots, { regex, text });
      const before = process.cpuUsage();
      for (;;) {
        try {
          return script.runInContext(context, { timeout: guardMs }) as RegExpExecArray | null;
        } catch {
          // On a busy machine the time is over before anything ran.
          const { user, system } = process.cpuUsage(before);
          if ((user + system) / 1000 >= guardMs / 2) return 'timedOut';
        }
      }
    },
  };
}
