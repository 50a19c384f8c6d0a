import { realpathSync } from 'node:fs';

/** Where the hardened unit shows nothing (ProtectHome= of systemd.exec(5)). */
const hidden = /^\/(?:home|root|run\/user)\//;

/** The command that starts this very program: Node and the file it runs, by their real paths. */
export const ownCommand = (argv: readonly string[]): readonly string[] => [
  realpathSync(process.execPath),
  realpathSync(argv[1] ?? ''),
];

/** Why a service could not start a command; undefined: it could. */
export function whyUnreachable(command: readonly string[]): string | undefined {
  const place = command.find((path) => hidden.test(path));
  return place === undefined
    ? undefined
    : `${place} lies in somebody's home, which no service sees: install the program, and Node, for all users (npm install --global --install-links ., with the Node of /usr; without --install-links npm only makes a link to the checkout)`;
}
