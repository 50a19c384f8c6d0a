import {
  isFileName,
  placed,
  takesFiles,
  type CommandLine,
  type OptionLine,
  type Placed,
} from './command-line.ts';

/** Completion for fish 3 and newer (https://fishshell.com/docs/current/completions.html). */
export function fishCompletion(program: CommandLine): string {
  const all = placed(program);
  const at = `__${program.name.replaceAll('-', '_')}_at`;
  const inner = all.filter(({ path }) => path !== '').map(({ path }) => path);
  return `# fish completion of ${program.name}: made from its commands by "${program.name} completion fish".
function ${at} --description 'Whether the words so far lead to a command'
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    set --erase words[1]
    set --local place ''
    set --local skip 0
    for word in $words
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$place $word"
            case ${valuePatterns(all).join(' ')}
                set skip 1
            case '* -*'
            case '*'
                contains -- "$place/$word" ${inner.join(' ')}; and set place "$place/$word"
        end
    end
    test "$place" = "$argv[1]"
end
complete --command ${program.name} --no-files
${program.options.map((option) => optionLine(program.name, undefined, option)).join('\n')}
${all.map((each) => commandLines(program.name, at, each)).join('')}`;
}

const valuePatterns = (all: readonly Placed[]): readonly string[] =>
  all.flatMap(({ path, command }) =>
    command.options
      .filter(({ value }) => value !== undefined)
      .flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined))
      .map((flag) => quoted(`${path === '' ? '*' : path} ${flag}`)),
  );

function commandLines(name: string, at: string, { path, command }: Placed): string {
  const condition = `${at} '${path}'`;
  const head = `complete --command ${name} --condition ${quoted(condition)}`;
  return [
    ...command.commands.map(
      (inner) => `${head} --arguments ${inner.name} --description ${quoted(inner.description)}`,
    ),
    ...command.words.flatMap(({ choices }) =>
      choices.length === 0 ? [] : [`${head} --arguments ${quoted(choices.join(' '))}`],
    ),
    ...(takesFiles(command) ? [`${head} --force-files`] : []),
    ...(path === '' ? [] : command.options.map((option) => optionLine(name, condition, option))),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function optionLine(name: string, condition: string | undefined, option: OptionLine): string {
  const { short, long, value, choices, description } = option;
  return [
    `complete --command ${name}`,
    ...(condition === undefined ? [] : [`--condition ${quoted(condition)}`]),
    ...(short === undefined ? [] : [`--short-option ${short.slice(1)}`]),
    `--long-option ${long.slice(2)}`,
    ...(value === undefined ? [] : ['--require-parameter']),
    ...(choices.length === 0 ? [] : [`--arguments ${quoted(choices.join(' '))}`]),
    ...(value !== undefined && isFileName(value) ? ['--force-files'] : []),
    `--description ${quoted(description)}`,
  ].join(' ');
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
