/** How the installed program is started, and where its parts lie. */
export interface Installed {
  /** The command without arguments: absolute paths, `[node, main.js]` or `[/usr/bin/bird-sentinel]`. */
  readonly command: readonly string[];
  readonly config: string;
  readonly state: string;
  readonly logs: string;
}

/** Where the service has its things. */
export const usualPlaces = {
  config: '/etc/bird-sentinel',
  state: '/var/lib/bird-sentinel',
  logs: '/var/log/bird-sentinel',
} as const;
