import { single } from './sample.ts';

const each = (list: string): readonly string[] => list.split('\n').filter((line) => line !== '');

/** Action lists, good and broken. */
const actions = each(String.raw`
none
none x
NONE
none;
none;;
none; ;
;
;none
none;; none
none ; ; none
none;none
none()
(none)
foo
logonly
logonly x y
logonly (a
logonly \(
logonly ( (a) )
logonlyx
logonly(x)
write
write -
write (-) a
write (a b) c
write () x
write - ()
write -()
write - )(
write - ) (
write - "(" x
write - \\(
write - (a\)
write - a\;b
write - (x; y)
writen - x
owritecl f
closef
closef f
closef f g
closef (a b)
closef ()
udgram
udgram (/p) (x)
closeudgr p q
ustream /p
udpsock host
udpsock h:70000 x
tcpsock (h:1) x
closetcp h:1
shellcmd
shellcmd ()
shellcmd (a; b)
cmdexec ( )
cmdexec a  b
spawn x
spawnexec
cspawn X
cspawn (X) (cmd a)
cspawn () x
cspawnexec X cmd
pipe
pipe ''
pipe x
pipe 'x'cmd
pipe 'it's' cmd
pipe 'a;b' cmd
pipe '(' cmd
pipe '\(' cmd
pipe ('a') cmd
pipe 'x' ()
pipeexec 'a' cmd b
create
create X abc
create X 5 (none;)
create X 5 (;)
create X 5 ()
create X 5 (bad)
create X 5 (none) (none)
create X ( none )
create X () (none)
create X 5 none
create (a b) 5
create X 5 (none; create Y 6 (none); none)
create A 0 (create B 0 \(none\))
create X 5 (write - \()
delete X Y
delete ()
delete ( )
obsolete X
set
set X
set X ()
set X 5 ()
set X - (none)
set (X) (5) none
alias
alias X Y Z
alias () x
alias X ()
unalias X Y
add
add X text
add () x
prepend X
fill
report
report X (cmd)
report (a b) c
reportexec X ()
copy X
copy X v
copy X %{v}
copy X %5
copy X %.v
copy X (%v)
copy X %v z
copy (X) %v_1
empty X
empty X v
empty X %v
pop X
shift X %v
exists v X
exists %v
exists %v ()
exists  %v  (X)
exists %v X Y
getsize %v X
getltime %v X
setltime X
setltime X ()
setltime X 5 6
setctime 5
setctime %u X
event
event 5text
event (5 x)
event $1 x
tevent
tevent () x
tevent abc
cevent X
cevent (X) (5) (x)
reset
reset + 1
reset -0 x
getwpos %v
getwpos %v text
getwpos %v (1) x
getwpos %v +1 text
setwpos 5
setwpos 5 -
setwpos 5 +0
setwpos %u $1
setwpos (5) 0 x
assign v x
assign %{v} x
assign %1 x
assign %v
assign %v ()
assignsq %v (x)
free
free %v x
free %v
eval %v
eval %v (1)
eval %v(1)
eval %v ( 1
eval %v ()
call %v
call %v f
call %v %f a (b)
call %v %f()
lcall %v a b
lcall %v a ->
lcall %v a->(sub{1})
lcall %v a b :> sub { 1 }
lcall %v () -> (sub { 1 })
rewrite
rewrite () x
rewrite a x
addinput
addinput (f) (0) (C)
addinput f - C y
addinput f 5 (C D)
dropinput
dropinput f g
sigemul
sigemul a b
sigemul (hup)
varset %v
varset %v E F
varset %v (E)
if
if %v
if %v none
if v (none)
if (%v) (none)
if %v(none)
if %v ()
if %v (;)
if %v (none) (none)
if %v (none) none
if %v (none) else none
if %v (none)else(none)
if %v (none) else ()
if %v (none) ELSE (none;)
if %v (none) else (none) else (none)
if %v (if %v (none)) else (none)
if %v ( (none) )
while %v none
while %v ()
while %v (none) x
while %v (break; continue)
break x
continue
`);

/** Context expressions, good and broken; none holds Perl code that only Perl could refuse. */
const contexts = each(String.raw`
A
A B
A&&B
A|B
A & & B
A &&& B
A&&&B
A ||| B
A!
A!B
A ! B
A && !B
!
!A
! A
!!A
!()
!&&A
(A)
((A) && (B))
(A) B
A (B)
A()
(A)(B)
(A)!(B)
()
A && ()
A &&
&& A
A || || B
[A]
[ A ]
[A
A]
[]
[ ]
[A] && [B]
[(A]
[A] ]
![A]
\(A\)
A\)
(A
A)
)A(
A\&&B
varset X
varset ()
A && varset ()
varset (a b)
!varset (a)
varset
varset X Y
varset (X)
VARSET X
varset !X
(varset) X
varset ->
=
=(1)
=( 1 ) A
A =( 1 )
= 1 && A
= A || B
=( "a)" )
=( "\)" )
=(1)(2)
= f(1)
!= 1
A=B
A = B
A == B
=> b
a => b
-> ( sub { 1 } )
a b -> sub { 1 }
a->( sub { 1 } )
a :> ( sub { 1 } )
a -> ( sub { 1 && 2 } )
a -> ( sub { 1 } ) B
a -> ( sub { 1 } ) && B
(a b) -> ( sub { 1 } )
(a) b -> ( sub { 1 } )
a (b) -> ( sub { 1 } )
A->
a :>
-> ()
a -> (sub { return "(" })
( a b )
$1
$1 < 5 && A
"A"
'A B'
A,B
`);

const ptypes = each(`
RegExp
REGEXP2
RegExp0
RegExp01
RegExp-1
RegExp2x
NRegExp
SubStr
nsubstr3
Cached
Cached1
TValue
NTValue
PerlFunc
foo
`).map((ptype) =>
  single({ ptype, pattern: ptype === 'TValue' ? 'true' : ptype === 'PerlFunc' ? 'sub { 1 }' : 'a' }),
);

const expressions = each(String.raw`
(
a[
*a
a**
a{2,1}
(?<n>a)
(?P<x>a)
\1
(a)\2
[[:foo:]]
\Qa\E
$x
@a
(?>a+)
(?i)a
a++
(?|(a)|(b))
a)b
\k<n>
[b-a]
(?:(a)|b)*
`).map((pattern) => single({ pattern }));

const fields: readonly Readonly<Record<string, string>>[] = [
  ...each('TRUE\nfalse\nT\n1').map((pattern) => ({ ptype: 'TValue', pattern })),
  ...each('X_1\n1X\nX Y\n_X\n$1\nX-1').map((pattern) => ({ ptype: 'Cached', pattern })),
  ...each('a=1\na=1; b=2 ;\nA\na=x\na 1\na=1,b=2\na=1;;b=2\n_a=1\na=01;A;A\na=-1\n;\na=1=2\n1a').map(
    (varmap) => ({
      varmap,
    }),
  ),
  ...each('TakeNext\ndontcont\nEndMatch\nGoTo X Y\nGoTo\nfoo\nTake Next\nDontCont x').map((go) => ({
    continue: go,
  })),
  ...each('1\n0\n-1\n1.5\n$1\n007\n000\n5s\n+5\n1 2').map((window) => ({
    type: 'SingleWithSuppress',
    window,
  })),
  ...each('1\n0\nx\n003').map((thresh) => ({ type: 'SingleWithThreshold', window: '5', thresh })),
  { type: 'SingleWithThreshold', window: '5' },
  { type: 'SingleWithThreshold', window: '5', thresh: '2', desc2: 'x' },
  { type: 'SingleWithThreshold', window: '5', thresh: '2', action2: 'bad' },
  ...each('0\n1\n-1').map((thresh2) => ({
    type: 'SingleWith2Thresholds',
    window: '5',
    thresh: '1',
    window2: '5',
    desc2: 'x',
    action2: 'none',
    thresh2,
  })),
  { type: 'SingleWithScript' },
  { type: 'SingleWithScript', script: 'x', shell: 'NO' },
  { type: 'SingleWithScript', script: 'x', shell: 'maybe' },
  { foo: 'bar' },
  { DESC: 'x' },
  { rem: 'x', label: 'y z' },
  { desc2: 'x' },
  { window: '5' },
  { type: 'Single2' },
  { type: 'sINGLE' },
  { type: 'Suppress' },
  { type: 'EventGroup0', window: '5' },
  { type: 'EventGroup', window: '5' },
  { type: 'eventgroup01', window: '5', thresh: '2' },
  { type: 'EventGroup2', window: '5' },
];

const PAIR = { ptype2: 'RegExp', pattern2: 'b$1', desc2: 'e', action2: 'none' };
const pairs: readonly Readonly<Record<string, string>>[] = [
  {},
  { window: '0' },
  { window: 'x' },
  { pattern2: 'b(' },
  { pattern2: 'b($1' },
  { pattern2: 'b$$(' },
  { pattern2: 'b$x(' },
  { ptype: 'SubStr', pattern2: 'b($1' },
  { ptype: 'NRegExp', pattern2: 'b($0' },
  { ptype2: 'TValue' },
  { ptype2: 'TValue', pattern2: 'TRUE' },
  { ptype2: 'Cached' },
  { ptype2: 'SubStr2' },
  { continue2: 'GoTo x' },
  { context2: 'A B' },
  { varmap2: 'a' },
  { desc2: '' },
];

const GROUP = { type: 'EventGroup2', ptype2: 'SubStr', pattern2: 'b', window: '5' };
const groups: readonly Readonly<Record<string, string>>[] = [
  {},
  { thresh2: '0' },
  { thresh1: '2' },
  { ptype3: 'SubStr', pattern3: 'c' },
  { egptype: 'SubStr', egpattern: 'a' },
  { egptype: 'SubStr' },
  { egpattern: 'a' },
  { egtoken: 'x' },
  { egptype: 'SubStr2', egpattern: 'a' },
  { egptype: 'TValue', egpattern: 'TRUE' },
  { egptype: 'nregexp', egpattern: '(' },
  { egptype: 'nregexp', egpattern: 'a', egtoken2: '$1' },
  { multact: 'YES', init: 'none', slide: 'none', end: 'none', count2: 'none' },
  { multact: 'often' },
  { end: 'bad' },
  { desc2: 'x' },
];

const times = each(`
* * * * *
* * * * * 99
* * * *
* * * * * * *
* * * * * 100
60 * * * *
59 23 31 12 7
0 0 0 0 0
* * * * 8
* * 32 * *
*/0 * * * *
5/5 * * * *
1-5/2 * * * *
5-1 * * * *
1,,2 * * * *
, * * * *
- * * * *
5- * * * *
-5/2 * * * *
-/5 * * * *
jan * * * *
005 * * * *
*/5/5 * * * *
1-2-3 * * * *
** * * * *
*,5 * * * *
/5 * * * *
`);

const plain = single();
const files = [
  '',
  '# nothing\n',
  'label=x\n',
  `label=a b\n${plain}`,
  `label=a\n\n${plain}`,
  `# swallowed \\\n${plain}`,
  `# comment\n${plain}# comment\n\n\n${plain}`,
  plain.replaceAll('\n', '\r\n'),
  plain.replace('desc=d', '\tdesc\t = d'),
  plain.replace('desc=d', 'desc=d \\'),
  plain.replace('desc=d', 'desc=d \\\n  e'),
  plain.replace('action=none', 'action=none; \\  \n none'),
  `${plain}action=none \\`,
  `${plain}foo\n`,
  `${plain}=x\n`,
  `${plain}a b=c\n`,
  `${plain}desc=\n`,
  `${plain}desc==x\n`,
  `${plain}desc=again\n`,
  `${plain}rem\nrem=\nlabel=\n`,
  plain.replace('type=Single\n', ''),
  plain.replace('action=none\n', ''),
  plain.replace('ptype=RegExp\n', ''),
  `\u00ef\u00bb\u00bf${plain}`,
  plain.replace('desc=d', 'desc=(('),
  `type=Options\nprocallin=perhaps\n\n${plain}`,
  `type=Options\njoincfset=a b\n\n${plain}\n${plain}`,
  `${single({ action: 'bad' })}\n${plain}\n${single({ pattern: '(' })}\n${plain}`,
  'type=Suppress\nptype=SubStr\npattern=a\n',
  'type=Suppress\nptype=SubStr\npattern=a\ncontinue=TakeNext\n',
  'type=Suppress\nptype=SubStr\npattern=a\ndesc=x\ncontext=[A]\nvarmap=A\n',
  'type=Jump\nptype=SubStr\npattern=a\n',
  'type=Jump\nptype=RegExp\npattern=(a)\ncfset=$1 b\nconstset=no\ncontinue=EndMatch\n',
  'type=Jump\nptype=SubStr\npattern=a\nconstset=foo\n',
  'type=Jump\nptype=SubStr\npattern=a\naction=none\n',
  'type=Calendar\ndesc=x\naction=none\n',
  'type=Calendar\ntime=* * * * *\ndesc=x\naction=none\ncontinue=TakeNext\n',
  'type=Calendar\ntime=* * * * *\ndesc=x\naction=none\ncontext=[A]\n',
];

/** Rule files of one rule or a few, good and broken. */
export const corpus: readonly string[] = [
  ...actions.map((action) => single({ action })),
  ...contexts.map((context) => single({ context })),
  ...ptypes,
  ...expressions,
  ...fields.map(single),
  ...pairs.map((more) => single({ type: 'Pair', ...PAIR, ...more })),
  ...pairs.map((more) => single({ type: 'PairWithWindow', ...PAIR, window: '5', ...more })),
  ...groups.map((more) => single({ ...GROUP, ...more })),
  ...times.map((time) => `type=Calendar\ntime=${time}\ndesc=x\naction=none\n`),
  ...files,
];
