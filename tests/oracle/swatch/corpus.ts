/** A small configuration with lines, given to the real swatchdog as to us. */
export interface Small {
  readonly conf: string;
  readonly lines?: readonly string[];
  readonly args?: string;
  /** Why we mean to do something else; what we do is recorded too. */
  readonly differs?: string;
}

const LINES: readonly string[] = [
  'Nov 20 10:00:01 web1 sshd[101]: Failed password for root from 10.0.0.1 port 4001 ssh2',
  'Nov 20 10:00:02 web1 sshd[101]: Failed password for root from 10.0.0.1 port 4001 ssh2',
  'Nov 20 10:00:03 web1 sshd[102]: Failed password for admin from 10.0.0.2 port 4002 ssh2',
  'Nov 20 10:00:04 web1 CRON[7]: pam_unix(cron:session): session opened for user root',
  'Nov 20 10:00:05 web1 kernel: bird_alert : this is an alert',
  'Nov 20 10:00:06 db2 kernel: I/O error, dev sda, sector 12345',
  'Nov 20 10:00:07 db2 disk: usage=91% of /var, a b  c',
  'Nov 20 10:00:08 web1 su: BAD SU joe to root on /dev/pts/1',
];

/** The lines of a small case. */
export const linesOf = ({ lines = LINES }: Small): readonly string[] => lines;

const watch = (pattern: string, ...actions: readonly string[]): Small => ({
  conf: [`watchfor ${pattern}`, ...actions.map((action) => `    ${action}`), ''].join('\n'),
});

const pattern = (expression: string): Small => watch(expression, 'echo normal');
const message = (text: string): Small =>
  watch('/Failed password for (\\S+) from (\\S+)/', `echo normal,message=${text}`);
const command = (text: string): Small => watch('/Failed password for (\\S+) from (\\S+)/', `exec ${text}`);
const throttle = (options: string, lines?: readonly string[]): Small => ({
  ...watch('/(Failed|error|usage)/', `throttle ${options}`, 'echo normal'),
  ...(lines === undefined ? {} : { lines }),
});
const threshold = (type: string, count: number): Small =>
  watch(
    '/Nov .* (\\w+)\\[?\\d*\\]?:/',
    `threshold track_by=$1,type=${type},count=${count},seconds=600`,
    'echo normal',
  );
const differing = (small: Small, differs: string): Small => ({ ...small, differs });

const ONE_ARGUMENT = 'what comes of the log is an argument as it is';
const DOCUMENTED = 'the documented meaning, which swatch itself misses';
const BLANKS = 'swatch itself makes one blank of several, in quotes too';
const CUT = 'swatch itself cuts the value at the comma or at the =';

/** Small cases by name. */
export const corpus: { readonly [name: string]: Small } = {
  'pattern: one': pattern('/bird/'),
  'pattern: and': pattern('/Failed/ and /root/'),
  'pattern: and not': pattern('/Failed/ and not /root/'),
  'pattern: or': pattern('/bird/ or /BAD SU/'),
  'pattern: && binds tighter than ||': pattern('/bird/ || /Failed/ && /admin/'),
  'pattern: and binds tighter than or': pattern('/bird/ or /Failed/ and /admin/'),
  'pattern: || binds tighter than and': pattern('/Failed/ || /bird/ and /admin/'),
  'pattern: parentheses': pattern('(/bird/ or /Failed/) and /web1/ and not (/root/ or /x/)'),
  'pattern: bang': pattern('!/web1/'),
  'pattern: not not': pattern('not not /bird/'),
  'pattern: bang of a parenthesis': pattern('!(/web1/ || /disk/)'),
  'pattern: the line named': pattern('$_ =~ /bird/'),
  'pattern: the line named, negated': pattern('$_ !~ /web1/'),
  'pattern: m with slashes': pattern('m/bird/'),
  'pattern: m with bars': pattern('m|I/O error|'),
  'pattern: m with braces': pattern('m{I/O err}'),
  'pattern: m with a bang': pattern('m!pts/1!'),
  'pattern: slash escaped': pattern('/I\\/O/'),
  'pattern: i': pattern('/BIRD/i'),
  'pattern: x': pattern('/bird _ alert/x'),
  'pattern: ix': pattern('/BIRD _ ALERT/ix'),
  'pattern: alternatives': pattern('/bird|BAD/'),
  'pattern: end': pattern('/ssh2$/'),
  'pattern: beginning': pattern('/^Nov 20 10:00:0[78]/'),
  'pattern: lookahead': pattern('/password for (?!root)/'),
  'pattern: quoted': pattern('/\\QI\\/O error,\\E/'),
  'pattern: escape classes': pattern('/sector \\d+$/'),
  'pattern: an equals sign': pattern('/usage=9/'),
  'pattern: keyword with an equals sign': { conf: 'watchfor = /bird/\n    echo normal\n' },
  'pattern: keyword and equals sign without blanks': { conf: 'watchfor=/bird/\n    echo=normal\n' },
  'pattern: keyword in capitals': { conf: 'WATCHFOR /bird/\n    echo normal\n' },
  'pattern: tabs': { conf: 'watchfor\t/bird/\n\techo\tnormal\n' },
  'pattern: a name of perlcode': {
    conf: "perlcode my $word = 'bird_\\w+';\nwatchfor /$word/\n    echo normal\n",
  },
  'pattern: two names of perlcode': {
    conf: 'perlcode my $one = \'Failed\';\nperlcode my $two = "admin";\nwatchfor /$one.*$two/\n    echo normal\n',
  },
  'pattern: an at sign': differing(
    pattern('/root@host|bird/'),
    'swatch itself takes @host for a list and does not start',
  ),
  'pattern: a constant': pattern('1'),
  'blocks: first wins': {
    conf: 'watchfor /root/\n echo normal,message=A\nwatchfor /Failed/\n echo normal,message=B\n',
  },
  'blocks: continue': {
    conf: 'watchfor /root/\n echo normal,message=A\n continue\nwatchfor /Failed/\n echo normal,message=B\n',
  },
  'blocks: continue before its actions': {
    conf: 'watchfor /root/\n continue\n echo normal,message=A\nwatchfor /Failed/\n echo normal,message=B\n',
  },
  'blocks: quit': {
    conf: 'watchfor /admin/\n echo normal\n quit\nwatchfor /./\n echo normal,message=B $_\n',
  },
  'blocks: ignore with not': { conf: 'ignore not /web1/\nwatchfor /./\n echo normal\n' },
  'blocks: ignore and or': { conf: 'ignore /root/ or /disk/\nwatchfor /./\n echo normal\n' },
  'blocks: ignore between': {
    conf: 'watchfor /admin/\n echo normal\nignore /Failed/\nwatchfor /web1/\n echo normal\n',
  },
  'blocks: waitfor does nothing': {
    conf: 'waitfor /Failed/\n echo normal\nwatchfor /Failed/\n echo normal,message=B\n',
  },
  'blocks: no actions': { conf: 'watchfor /root/\nwatchfor /Failed/\n echo normal\n' },
  'blocks: comments and blank lines': { conf: '# a\n\nwatchfor /bird/\n  # b\n\n  echo normal\n' },
  'blocks: a joined line': { conf: 'watchfor /bird/ \\\n   or /admin/\n echo normal\n' },
  'blocks: a joined line swallows a comment': { conf: 'watchfor /bird/ \\\n# gone\n echo normal\n' },
  'blocks: the same twice': {
    conf: 'watchfor /bird/\n echo normal\n continue\nwatchfor /bird/\n echo normal\n',
  },
  'blocks: an action before any block': { conf: 'echo normal\nwatchfor /bird/\n echo normal\n' },
  'message: the line': message('got $_'),
  'message: groups': message('$1 from $2'),
  'message: groups in quotes': message('"$1 from $2"'),
  'message: a brace': message('${1}x'),
  'message: a group that is not there': message('[$3]'),
  'message: escapes': message('a\\tb \\\\ \\$1 \\x41'),
  'message: a colon and a dash': message('$1:$2-$1'),
  'message: a comma in quotes': differing(message('"a, b $1"'), CUT),
  'message: one word in quotes': differing(
    message('"word"'),
    'a word in quotes breaks the script of swatch itself',
  ),
  'message: with a throttle': watch('/Failed/', 'throttle 1:00', 'echo normal,message=told'),
  'message: after two expressions': watch('/for (\\w+)/ and /port (\\d+)/', 'echo normal,message=$1'),
  'message: after one without groups': watch('/for (\\w+)/ and /port/', 'echo normal,message=[$1]'),
  'message: before one that is negated': watch('/for (\\w+)/ and not /(zzz)/', 'echo normal,message=[$1]'),
  'message: of either': watch('/for (\\w+) from/ or /SU (\\w+)/', 'echo normal,message=[$1]'),
  'message: bell': watch('/bird/', 'bell 2', 'echo normal'),
  'message: bell without a number': watch('/bird/', 'bell'),
  'message: modes': watch('/bird/', 'echo red,bold'),
  'message: modes with a blank': watch('/bird/', 'echo red bold'),
  'message: bright mode': watch('/bird/', 'echo bright_red,on_blue'),
  'message: two echoes': watch('/bird/', 'echo normal', 'echo normal,message=again'),
  'exec: plain': command('echo hello'),
  'exec: a group': command('echo user $1'),
  'exec: two groups': command('echo $1@$2'),
  'exec: quotes of the file': differing(command('echo "a  b" c'), BLANKS),
  'exec: in quotes': command('"echo a b"'),
  'exec: single quotes': differing(command("echo 'a  b'"), BLANKS),
  'exec: the line': command('echo $0'),
  'exec: all of the line': command('echo $*'),
  'exec: a file': command('"echo $1 >> out"'),
  'exec: a pipe of the shell': command('"echo $1 | tr a-z A-Z"'),
  'exec: two commands': command('"echo one; echo $1"'),
  'exec: twice': watch('/admin/', 'exec echo one', 'exec echo two'),
  'exec: a group in double quotes': command('"echo \'$1 x\'"'),
  'exec: option': command('command="echo hello there"'),
  'exec: a comma': differing(command('echo one, two'), CUT),
  'exec: an equals sign': differing(command('env A=1 printenv A'), CUT),
  'exec: an option with an equals sign': differing(command('/usr/bin/env --unset=HOME echo hi'), CUT),
  'exec: a variable in braces': command('echo ${1}s'),
  'exec: a semicolon in the log': differing(
    { ...watch('/user=(.*)/', 'exec echo $1'), lines: ['user=a;echo b', 'user=$(echo c)', 'user=a  b'] },
    ONE_ARGUMENT,
  ),
  'exec: quotes in the log': differing(
    { ...watch('/user=(.*)/', 'exec "echo \'$0\'"'), lines: ["user=it's", 'user="x"'] },
    ONE_ARGUMENT,
  ),
  'exec: blanks in the log': differing(
    { ...command('echo $0'), lines: ['a  b Failed password for x from y'] },
    ONE_ARGUMENT,
  ),
  'awk: fields': { ...command('echo $1 $3 $5'), args: '--awk-field-syntax' },
  'awk: the tenth field': differing({ ...command('echo $10'), args: '--awk-field-syntax' }, DOCUMENTED),
  'awk: the eleventh field': { ...command('echo $11 $12'), args: '--awk-field-syntax' },
  'awk: in a message it stays a group': { ...message('$1'), args: '--awk-field-syntax' },
  'pipe: lines': watch('/Failed/', 'pipe "cat >> out"'),
  'pipe: a message': watch('/Failed/', 'pipe "cat >> out",message=x'),
  'pipe: kept open': watch('/Failed/', 'pipe "cat >> out",keep_open=1'),
  'pipe: kept open as documented': differing(watch('/Failed/', 'pipe "cat >> out",keep_open'), DOCUMENTED),
  'pipe: another closes it': watch('/Failed/', 'pipe "wc -c >> out",keep_open=1', 'pipe "cat >/dev/null"'),
  'throttle: the line': throttle('0:10'),
  'throttle: seconds alone': throttle('10'),
  'throttle: days': throttle('1:0:0:0'),
  'throttle: a key': throttle('5:00,key=$1'),
  'throttle: a fixed key': throttle('5:00,key=x'),
  'throttle: log as the key': throttle('5:00,key=log'),
  'throttle: message as the key': differing(throttle('5:00,key=message'), DOCUMENTED),
  'throttle: every second': throttle('threshold=2,key=x'),
  'throttle: every third with a time': throttle('10:00,threshold=3,key=$1'),
  'throttle: no time': differing(
    throttle('key=$1'),
    'a throttle without a time would hold back for ever: it is left out',
  ),
  'throttle: lines without a time': throttle('1:00', [
    'error a',
    'error a',
    'error b',
    'Nov  2 01:02:03 error a',
  ]),
  'throttle: two blocks share their records': {
    conf: 'watchfor /Failed/\n throttle 1:00,key=k\n echo normal,message=A\n continue\nwatchfor /root/\n throttle 1:00,key=k\n echo normal,message=B\n',
  },
  'throttle: exec gets the line': watch('/Failed/', 'throttle 1:00', 'exec echo $0'),
  'threshold: limit 1': threshold('limit', 1),
  'threshold: limit 2': threshold('limit', 2),
  'threshold: threshold 1': threshold('threshold', 1),
  'threshold: threshold 2': threshold('threshold', 2),
  'threshold: threshold 3': threshold('threshold', 3),
  'threshold: both 1': threshold('both', 1),
  'threshold: both 2': threshold('both', 2),
  'threshold: two names in a key': watch(
    '/for (\\S+) from (\\S+)/',
    'threshold track_by=$1:$2,type=limit,count=1,seconds=600',
    'echo normal',
  ),
  'threshold: and throttle': watch(
    '/Failed/',
    'threshold track_by=x,type=threshold,count=2,seconds=600',
    'throttle 1:00,key=y',
    'echo normal',
  ),
  'threshold: of an action, with thresholding': watch(
    '/Failed/',
    'echo normal,thresholding=on,track_by=x,type=limit,count=1,seconds=600',
    'echo normal,message=each',
  ),
  'threshold: of an action, as documented': differing(
    watch('/Failed/', 'echo normal,threshold=on,track_by=x,type=limit,count=2,seconds=600'),
    DOCUMENTED,
  ),
  'when: always': watch('/bird/', 'echo normal,when=*:*'),
  'when: all days and hours': watch('/bird/', 'echo normal,when=0-6:0-23'),
  'when: never': watch('/bird/', 'echo normal,when=0-6:25-26'),
  'when: a range that goes round': differing(
    watch('/bird/', 'echo normal,when=6-5:23-22'),
    'a range may go round',
  ),
  'mail: defaults': watch('/bird/', 'mail mailer="tee mailed"'),
  'mail: an address': watch('/bird/', 'mail=ops@example.org,mailer="tee mailed"'),
  'mail: addresses': watch('/bird/', 'mail addresses=a@b.c:d@e.f,subject=Bird $_,mailer="tee mailed"'),
  'mail: a group in the subject': watch(
    '/for (\\S+)/',
    'mail addresses=a@b.c,subject="user $1 failed",mailer="tee mailed"',
  ),
  'write: one user': watch('/bird/', 'write root,write=tee'),
  'bytes: in the line': {
    ...watch('/caf\u00c3\u00a9 (.)/', 'echo normal,message=$1 $_'),
    lines: ['caf\u00c3\u00a9 \u00ff\u00fe'],
  },
  'bytes: a capital outside ASCII': {
    ...watch('/\u00c3\u00a9/i', 'echo normal'),
    lines: ['\u00c3\u0089', '\u00c3\u00a9'],
  },
  'old style: pattern and actions': { conf: '/bird/\techo=normal\n', args: '-O' },
  'old style: ignore': { conf: '/root/\tignore\n/Failed/\techo=normal\n', args: '-O' },
  'old style: throttle': { conf: '/Failed/\techo=normal\t0:10\n', args: '-O' },
  'old style: several actions': { conf: '/admin/\techo=normal,exec=echo two,bell\n', args: '-O' },
};
