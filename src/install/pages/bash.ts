import {
  isFileName,
  placed,
  takesFiles,
  wordChoices,
  type CommandLine,
  type OptionLine,
  type Placed,
} from './command-line.ts';

/** Completion for bash 4 and newer (bash(1), "Programmable Completion"). */
export function bashCompletion(program: CommandLine): string {
  const all = placed(program);
  const inner = all.filter(({ path }) => path !== '').map(({ path }) => path);
  return `# bash completion of ${program.name}: made from its commands by "${program.name} completion bash".
_${functionName(program)}() {
  local at='' word i
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$at $word" in
      ${valuePatterns(all)}) ((i++)) ;;
      *' -'*) ;;
      *)
        case "$at/$word" in
          ${inner.join(' | ')}) at=$at/$word ;;
        esac
        ;;
    esac
  done
  case "$at $prev" in
${all.flatMap((each) => each.command.options.flatMap((option) => valueArm(each, option))).join('\n')}
  esac
  case "$at" in
${all.map((each) => commandArm(each, program.options)).join('\n')}
  esac
}
complete -F _${functionName(program)} ${program.name}
`;
}

const functionName = ({ name }: CommandLine): string => name.replaceAll('-', '_');

/** Options of the program itself may stand behind every command. */
const patternsOf = ({ path }: Placed, { short, long }: OptionLine): readonly string[] =>
  [short, long].flatMap((flag) => (flag === undefined ? [] : [`${path === '' ? '*' : path}' ${flag}'`]));

const valuePatterns = (all: readonly Placed[]): string =>
  all
    .flatMap((each) =>
      each.command.options
        .filter(({ value }) => value !== undefined)
        .flatMap((option) => patternsOf(each, option)),
    )
    .join(' | ');

function valueArm(each: Placed, option: OptionLine): readonly string[] {
  if (option.value === undefined) return [];
  return [
    `    ${patternsOf(each, option).join(' | ')}) ${reply(option.choices, isFileName(option.value))}; return ;;`,
  ];
}

function commandArm({ path, command }: Placed, common: readonly OptionLine[]): string {
  const options = [...command.options, ...(path === '' ? [] : common)].flatMap(({ short, long }) =>
    short === undefined ? [long] : [short, long],
  );
  const flags = reply([...options, '-h', '--help'], false);
  return `    '${path}') if [[ $cur == -* ]]; then ${flags}; else ${reply(wordChoices(command), takesFiles(command))}; fi ;;`;
}

function reply(words: readonly string[], files: boolean): string {
  const from = [...(words.length > 0 ? [`-W '${words.join(' ')}'`] : []), ...(files ? ['-f'] : [])];
  if (from.length === 0) return ':';
  const names = files ? '; compopt -o filenames 2>/dev/null' : '';
  return `mapfile -t COMPREPLY < <(compgen ${from.join(' ')} -- "$cur")${names}`;
}
