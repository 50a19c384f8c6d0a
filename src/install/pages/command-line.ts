/** A command as help, pages and completions see it. */
export interface CommandLine {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionLine[];
  readonly words: readonly WordLine[];
  readonly commands: readonly CommandLine[];
}

/** An option. */
export interface OptionLine {
  /** With its dashes: `-c`. */
  readonly short?: string;
  /** With its dashes: `--config`. */
  readonly long: string;
  /** The name of its value; absent: it takes none. */
  readonly value?: string;
  readonly choices: readonly string[];
  readonly description: string;
}

/** A word that stands for itself: `FILE`. */
export interface WordLine {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly isRepeated: boolean;
  readonly choices: readonly string[];
}

/** A command with the way to it: `/alerts/list`, and '' for the program itself. */
export interface Placed {
  readonly path: string;
  readonly command: CommandLine;
}

/** The program and all commands below it, outer ones first. */
export const placed = (command: CommandLine, path = ''): readonly Placed[] => [
  { path, command },
  ...command.commands.flatMap((inner) => placed(inner, `${path}/${inner.name}`)),
];

/** What a value is completed by: names of files, or nothing. */
export const isFileName = (value: string): boolean => /file|dir/.test(value);

/** Whether words of a command are names of files. */
export const takesFiles = ({ words }: CommandLine): boolean => words.some(({ name }) => isFileName(name));

/** The words that may stand where a command takes a word. */
export const wordChoices = ({ commands, words }: CommandLine): readonly string[] => [
  ...commands.map(({ name }) => name),
  ...words.flatMap(({ choices }) => choices),
];
