import type { Argument, Command, Option } from 'commander';
import type { CommandLine, OptionLine, WordLine } from '../install/pages/command-line.ts';

/** The commands as pages and completions see them: what `--help` shows. */
export function commandLineOf(command: Command): CommandLine {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: command.description(),
    options: help
      .visibleOptions(command)
      .filter(({ long }) => long !== '--help')
      .map(optionLineOf),
    words: command.registeredArguments.map(wordLineOf),
    commands: help
      .visibleCommands(command)
      .filter((inner) => inner.name() !== 'help')
      .map(commandLineOf),
  };
}

function optionLineOf({ short, long, flags, argChoices, description }: Option): OptionLine {
  const value = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1]?.replace(/\.+$/, '');
  return {
    ...(short === undefined ? {} : { short }),
    long: long ?? flags,
    ...(value === undefined ? {} : { value }),
    choices: argChoices ?? [],
    description,
  };
}

const wordLineOf = (argument: Argument): WordLine => ({
  name: argument.name(),
  description: argument.description,
  isRequired: argument.required,
  isRepeated: argument.variadic,
  choices: argument.argChoices ?? [],
});
