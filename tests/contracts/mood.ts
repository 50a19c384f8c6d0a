import type { Server } from 'node:net';

/**
 * What the other side is like. `good`: takes every message. `silent`: takes what it gets and never says a
 * word. `rude`: breaks off. `repeating`: refuses, and repeats all it was told. `absent`: not there.
 */
export type Mood = 'good' | 'silent' | 'rude' | 'repeating' | 'absent';

/** The port on which a server listens; an absent one has just left it. */
export function listen(server: Server, mood: Mood): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      if (mood === 'absent') server.close(() => resolve(port));
      else resolve(port);
    });
  });
}
