import { userInfo } from 'node:os';

/** Who gives a command: the user's name, also behind sudo. */
export function personName(env: NodeJS.ProcessEnv): string {
  const behind = env['SUDO_USER'] ?? '';
  return (behind === '' ? ownName() : behind).slice(0, 200);
}

/** A user id that no one gave a name has none. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
