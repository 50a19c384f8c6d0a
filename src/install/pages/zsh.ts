import {
  isFileName,
  placed,
  takesFiles,
  type CommandLine,
  type OptionLine,
  type Placed,
} from './command-line.ts';

/** Completion for zsh (zshcompsys(1)); a file named `_bird-sentinel` in `$fpath`. */
export function zshCompletion(program: CommandLine): string {
  const all = placed(program);
  const inner = all.filter(({ path }) => path !== '').map(({ path }) => path);
  const valued = all.flatMap((each) =>
    each.command.options.flatMap((option) => (option.value === undefined ? [] : [{ each, option }])),
  );
  return `#compdef ${program.name}
# zsh completion of ${program.name}: made from its commands by "${program.name} completion zsh".
_${functionName(program)}() {
  local at='' word prev=$words[CURRENT-1] cur=$words[CURRENT]
  local -i i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    case "$at $word" in
      (${valued.flatMap(({ each, option }) => patternsOf(each, option)).join('|')}) ((i++)) ;;
      (*' -'*) ;;
      (*)
        case "$at/$word" in
          (${inner.join('|')}) at=$at/$word ;;
        esac
        ;;
    esac
  done
  case "$at $prev" in
${valued.map(({ each, option }) => valueArm(each, option)).join('\n')}
  esac
  case "$at" in
${all.map((each) => commandArm(each, program.options)).join('\n')}
  esac
}
if [[ $funcstack[1] == _${program.name} ]]; then
  _${functionName(program)} "$@"
else
  compdef _${functionName(program)} ${program.name}
fi
`;
}

const functionName = ({ name }: CommandLine): string => `${name.replaceAll('-', '_')}_words`;

const patternsOf = ({ path }: Placed, { short, long }: OptionLine): readonly string[] =>
  [short, long].flatMap((flag) => (flag === undefined ? [] : [`${path === '' ? '*' : path}' ${flag}'`]));

function valueArm(each: Placed, option: OptionLine): string {
  const what = isFileName(option.value ?? '') ? '_files' : `_message ${quoted(option.value ?? '')}`;
  const how = option.choices.length > 0 ? `compadd -- ${option.choices.join(' ')}` : what;
  return `    (${patternsOf(each, option).join('|')}) ${how}; return ;;`;
}

function commandArm({ path, command }: Placed, common: readonly OptionLine[]): string {
  const options = [...command.options, ...(path === '' ? [] : common)].map(({ long, description }) =>
    described(long, description),
  );
  const words = [
    ...command.commands.map(({ name, description }) => described(name, description)),
    ...command.words.flatMap(({ choices, name }) => choices.map((choice) => described(choice, name))),
  ];
  return `    ('${path}')
      if [[ $cur == -* ]]; then
        found=(${[...options, described('--help', 'how it is used')].join(' ')})
        _describe -o option found
      else
        found=(${words.join(' ')})
        ${words.length > 0 ? '_describe word found' : ':'}${takesFiles(command) ? '\n        _files' : ''}
      fi
      ;;`;
}

const described = (word: string, description: string): string =>
  quoted(`${word.replaceAll(':', '\\:')}:${description}`);

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
