import type { CommandLine, OptionLine, WordLine } from './command-line.ts';
import { placed } from './command-line.ts';
import { item, roff, titleLine } from './roff.ts';

/** The page bird-sentinel(1). */
export function programPage(program: CommandLine, version: string): string {
  const commands = placed(program).filter(
    ({ path, command }) => path !== '' && command.commands.length === 0,
  );
  return [
    titleLine(program.name, 1, version),
    `.SH NAME\n${roff(`${program.name} - tells a human in private what logs say`)}\n`,
    `.SH SYNOPSIS\n.B ${roff(program.name)}\n.RI [ options ]\n.I command\n.RI [ words ]\n`,
    `.SH DESCRIPTION\n${roff(program.description)}\n${intro}`,
    `.SH OPTIONS\nThey may stand before or behind every command.\n${program.options.map(optionItem).join('')}`,
    '.SH COMMANDS\n',
    ...commands.map(({ path, command }) => section(path.slice(1).replaceAll('/', ' '), command)),
    ending,
  ].join('');
}

function section(name: string, command: CommandLine): string {
  const words = command.words.map((word) => ` ${wordShown(word)}`).join('');
  const told = command.words.filter(({ description }) => description !== '');
  const items = [
    ...told.map((word) => item(word.name.toUpperCase(), word.description)),
    ...command.options.map(optionItem),
  ];
  return `.SS "${roff(name)}${roff(words).replaceAll('"', '\\(dq')}"\n${roff(sentence(command.description))}\n${items.join('')}`;
}

const wordShown = ({ name, isRequired, isRepeated }: WordLine): string => {
  const word = `${name.toUpperCase()}${isRepeated ? '...' : ''}`;
  return isRequired ? word : `[${word}]`;
};

function optionItem({ short, long, value, choices, description }: OptionLine): string {
  const flags = short === undefined ? long : `${short}, ${long}`;
  const among = choices.length === 0 ? '' : `${description === '' ? '' : ': '}one of ${choices.join(', ')}`;
  return item(value === undefined ? flags : `${flags} ${value.toUpperCase()}`, `${description}${among}`);
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

const intro = `.PP
Without a configuration,
.B bird\\-sentinel watch
shows what the shipped rules find in this machine's logs.
.B bird\\-sentinel init
writes a configuration,
.B bird\\-sentinel setup
makes a service of it, and
.B bird\\-sentinel doctor
says what is missing.
`;

const ending = `.SH "EXIT STATUS"
${[
  ['0', 'Done.'],
  ['1', 'It failed, or a check found something.'],
  ['2', 'The command line is wrong.'],
  ['75', 'Queued and not delivered yet; the next run or send tries again.'],
  ['77', 'Not authorised at the service.'],
  ['78', 'The configuration is wrong; what and where is on standard error.'],
]
  .map(([code = '', text = '']) => item(code, text))
  .join('')}.SH SIGNALS
${item('HUP', 'The running program reads its configuration again; a wrong one changes nothing.')}${item('USR1', 'It writes its status to its log.')}${item('TERM, INT', 'It stops cleanly; a second one stops it at once, and nothing is lost by that.')}.SH ENVIRONMENT
${item('BIRD_SENTINEL_CONFIG', 'Configuration files or folders, separated by colons; --config wins.')}${item('BIRD_SENTINEL_STATE', 'The state directory; --state wins.')}${item('HTTPS_PROXY, NO_PROXY', 'The proxy, unless the configuration names one.')}${item('NODE_EXTRA_CA_CERTS', 'A PEM file of further authorities to trust.')}${item('NO_COLOR', 'No colour, unless --color asks for it.')}.SH FILES
${item('/etc/bird-sentinel', 'The configuration of the service, see bird-sentinel.yaml(5); of a user: ~/.config/bird-sentinel.')}${item('/var/lib/bird-sentinel', 'The ledger, tokens, the control socket; of a user: ~/.local/state/bird-sentinel.')}${item('/var/log/bird-sentinel', 'What the service writes beside the journal.')}.SH "SEE ALSO"
.BR bird\\-sentinel.yaml (5),
.BR journalctl (1),
.BR logger (1)
`;
