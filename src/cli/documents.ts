import type { Document } from '../install/setup/plan.ts';
import { ownVersion } from './version.ts';

/** The shells that completions are made for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
/** The manual pages. */
export const pages = ['bird-sentinel', 'bird-sentinel.yaml'] as const;

/** The completion for one shell. */
export async function completionFor(shell: (typeof shells)[number]): Promise<string> {
  const program = await ownCommandLine();
  switch (shell) {
    case 'bash':
      return (await import('../install/pages/bash.ts')).bashCompletion(program);
    case 'zsh':
      return (await import('../install/pages/zsh.ts')).zshCompletion(program);
    case 'fish':
      return (await import('../install/pages/fish.ts')).fishCompletion(program);
  }
}

/** One manual page, in roff. */
export async function pageOf(page: (typeof pages)[number]): Promise<string> {
  if (page === 'bird-sentinel') {
    const { programPage } = await import('../install/pages/program-page.ts');
    return programPage(await ownCommandLine(), ownVersion());
  }
  const [{ configurationPage }, { configurationSchema }] = await Promise.all([
    import('../install/pages/configuration-page.ts'),
    import('../config/schema.ts'),
  ]);
  return configurationPage(await configurationSchema(), ownVersion());
}

/** All of them, where a machine looks for them below its `share`. */
export async function documents(): Promise<readonly Document[]> {
  const [program, configuration, bash, zsh, fish] = await Promise.all([
    pageOf('bird-sentinel'),
    pageOf('bird-sentinel.yaml'),
    ...shells.map(completionFor),
  ]);
  return [
    { path: 'man/man1/bird-sentinel.1', text: program },
    { path: 'man/man5/bird-sentinel.yaml.5', text: configuration },
    { path: 'bash-completion/completions/bird-sentinel', text: bash ?? '' },
    { path: 'zsh/site-functions/_bird-sentinel', text: zsh ?? '' },
    { path: 'fish/vendor_completions.d/bird-sentinel.fish', text: fish ?? '' },
  ];
}

async function ownCommandLine() {
  const [{ commandTree }, { commandLineOf }] = await Promise.all([
    import('./program.ts'),
    import('./command-lines.ts'),
  ]);
  return commandLineOf(commandTree(ownVersion()));
}
