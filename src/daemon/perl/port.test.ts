import { afterEach, describe, expect, test } from 'vitest';
import type { PerlAnswer, PerlValue } from '../../engine/sec/contract.ts';
import { createPerl, type Perl, type PerlOptions } from './port.ts';

const said: string[] = [];
let open: Perl[] = [];

afterEach(() => {
  for (const perl of open) perl.close();
  open = [];
  said.length = 0;
});

function perl(options: Partial<PerlOptions> = {}): Perl {
  const made = createPerl({
    environment: { PATH: process.env['PATH'] ?? '' },
    say: (code, text) => void said.push(`${code} ${text}`),
    ...options,
  });
  open.push(made);
  return made;
}

function values(answer: PerlAnswer): readonly PerlValue[] {
  if (!answer.ok) throw new Error(answer.error);
  return answer.values;
}

function errorOf(answer: PerlAnswer): string {
  if (answer.ok) throw new Error('it was no error');
  return answer.error;
}

function functionOf(asked: Perl, code: string): number {
  const [value] = values(asked.call({ type: 'eval', code }));
  if (value === null || value === undefined || typeof value === 'string') throw new Error('no reference');
  return value.ref;
}

describe('values', () => {
  test.each([
    ['1 + 1', ['2']],
    ["('a', 'b', 'c')", ['a', 'b', 'c']],
    ['()', []],
    ['undef', [null]],
    ["(undef, '', 0)", [null, '', '0']],
    ['return (4, 5); 6', ['4', '5']],
    ['my @list = (1 .. 3); @list', ['1', '2', '3']],
  ])('%s', (code, expected) => {
    expect(values(perl().call({ type: 'eval', code }))).toEqual(expected);
  });

  test('every byte goes there and back, in code, arguments and results', () => {
    const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
    const asked = perl();
    const same = functionOf(asked, 'sub { @_ }');
    expect(values(asked.call({ type: 'call', function: same, args: [bytes, '', null] }))).toEqual([
      bytes,
      '',
      null,
    ]);
    expect(values(asked.call({ type: 'eval', code: "length '\u00e4\u00ff'" }))).toEqual(['2']);
  });

  test('characters beyond bytes come as UTF-8', () => {
    expect(values(perl().call({ type: 'eval', code: 'chr(0x20ac)' }))).toEqual(['\u00e2\u0082\u00ac']);
  });

  test('a single hash comes by its members; a hash as an argument can be read', () => {
    const asked = perl();
    expect(asked.call({ type: 'eval', code: "+{ ip => '192.0.2.1', none => undef }" })).toEqual({
      ok: true,
      values: [],
      hash: { ip: '192.0.2.1', none: null },
    });
    const read = functionOf(
      asked,
      'sub { my $h = shift; map { "$_=" . ($h->{$_} // "undef") } sort keys %$h }',
    );
    const args = [{ hash: { b: null, a: 'x' } }];
    expect(values(asked.call({ type: 'call', function: read, args }))).toEqual(['a=x', 'b=undef']);
  });

  test('other references stay there and can be given back', () => {
    const asked = perl();
    const list = functionOf(asked, '[1, 2, 3]');
    const sum = functionOf(asked, 'sub { my $n = 0; $n += $_ for @{$_[0]}; $n }');
    expect(values(asked.call({ type: 'call', function: sum, args: [{ ref: list }] }))).toEqual(['6']);
    expect(functionOf(asked, 'our $kept ||= {}; ($kept, 1)')).toBe(
      functionOf(asked, '($main::SEC::kept, 1)'),
    );
  });

  test('variables stay from call to call', () => {
    const asked = perl();
    const count = functionOf(asked, 'my $n = 0; sub { ++$n }');
    for (const n of ['1', '2', '3'])
      expect(values(asked.call({ type: 'call', function: count, args: [] }))).toEqual([n]);
    asked.call({ type: 'eval', code: '$shared = 7' });
    expect(values(asked.call({ type: 'eval', code: '$main::SEC::shared + $SEC::shared' }))).toEqual(['14']);
  });
});

describe('what code may do wrong', () => {
  test('die, a mistake in the code, a call of what is no function', () => {
    const asked = perl();
    expect(errorOf(asked.call({ type: 'eval', code: 'die "no good\\n"' }))).toBe('no good\n');
    expect(errorOf(asked.call({ type: 'eval', code: 'sub {' }))).toContain('Missing right curly');
    const list = functionOf(asked, '[]');
    expect(errorOf(asked.call({ type: 'call', function: list, args: [] }))).toContain('Not a CODE');
    expect(said).toEqual([]);
  });

  test('printing, reading, closing and changing separators does not disturb the talk', () => {
    const asked = perl();
    const code = `
      print "x" x 200_000; print STDERR "y" x 200_000; system 'echo z';
      my $none = <STDIN>; $/ = undef; $, = ','; $\\ = '!'; close STDOUT; close STDIN; 'fine'`;
    expect(values(asked.call({ type: 'eval', code }))).toEqual(['fine']);
    expect(values(asked.call({ type: 'eval', code: "('a', 'b')" }))).toEqual(['a', 'b']);
    expect(said).toEqual([]);
  });

  test('warnings are told, a few of each call', () => {
    const asked = perl();
    asked.call({ type: 'eval', code: 'warn "careful $_\\n" for 1 .. 100; 1' });
    expect(said).toEqual([1, 2, 3, 4, 5].map((n) => `perl.warning careful ${n}\n`));
  });

  test('code that sees its surroundings finds none of ours', () => {
    const asked = perl();
    const code = 'join " ", map { defined eval "\\$$_" || 0 } qw(in out own request answer number order)';
    expect(values(asked.call({ type: 'eval', code }))).toEqual(['0 0 0 0 0 0 0']);
  });

  test('exit: that call fails, functions are made again for the next, variables are gone', () => {
    const asked = perl();
    const count = functionOf(asked, 'my $n = 0; sub { ++$n }');
    asked.call({ type: 'call', function: count, args: [] });
    expect(errorOf(asked.call({ type: 'eval', code: 'exit 3' }))).toBe('its process ended');
    expect(values(asked.call({ type: 'call', function: count, args: [] }))).toEqual(['1']);
    expect(said).toEqual([expect.stringContaining('perl.restarted')]);
    expect(errorOf(asked.call({ type: 'call', function: 5, args: [] }))).toContain('went with the Perl');
  });

  test('a loop without end is cut off, and rests after the third time', () => {
    const asked = perl({ limitMs: 1000 });
    const loop = functionOf(asked, 'sub { 1 while 1 }');
    const call = () => errorOf(asked.call({ type: 'call', function: loop, args: [] }));
    for (let turn = 0; turn < 3; turn++) expect(call()).toBe('it took longer than 1000 ms');
    expect(call()).toContain('rests');
    expect(values(asked.call({ type: 'eval', code: '6 * 7' }))).toEqual(['42']);
  });

  test('one that sleeps, ignores signals and forks is ended all the same', () => {
    const asked = perl({ limitMs: 1000 });
    const code = '$SIG{TERM} = $SIG{INT} = $SIG{ALRM} = "IGNORE"; fork; sleep 100';
    expect(errorOf(asked.call({ type: 'eval', code }))).toContain('longer');
    expect(values(asked.call({ type: 'eval', code: '1' }))).toEqual(['1']);
  });

  test('a fork that comes back gives no second answer', () => {
    const asked = perl();
    for (let turn = 0; turn < 5; turn++) {
      expect(values(asked.call({ type: 'eval', code: `fork; ${turn}` }))).toEqual([String(turn)]);
    }
  });

  test('one that grows without end is ended', () => {
    const asked = perl({ limits: { memory: 64 * 1024 * 1024 } });
    const code = 'my @grown; push @grown, "x" x 1_000_000 while 1';
    expect(errorOf(asked.call({ type: 'eval', code }))).toBe('it took more than 64 MiB of memory');
  });

  test('a result that is too long is an error, and nothing more', () => {
    const asked = perl({ limits: { answer: 1000 } });
    expect(errorOf(asked.call({ type: 'eval', code: '"x" x 2000' }))).toContain('longer than 1000 bytes');
    expect(values(asked.call({ type: 'eval', code: '"x" x 900' }))).toHaveLength(1);
    expect(said).toEqual([]);
  });

  test('a megabyte goes in and out', () => {
    const asked = perl({ limits: { answer: 8 * 1024 * 1024 } });
    const same = functionOf(asked, 'sub { $_[0] }');
    const long = 'ab\n\0'.repeat(300_000);
    expect(values(asked.call({ type: 'call', function: same, args: [long] }))).toEqual([long]);
  });

  test('old references give way to new ones', () => {
    const asked = perl({ limits: { references: 3 } });
    const first = functionOf(asked, 'our $first = []; ($first, 0)');
    for (let turn = 0; turn < 4; turn++) functionOf(asked, '([], 0)');
    const give = functionOf(asked, 'sub { scalar @_ }');
    expect(errorOf(asked.call({ type: 'call', function: give, args: [{ ref: first }] }))).toContain(
      'went with',
    );
  });

  test('functions outlive the program by their code; others do not', () => {
    let codes: readonly string[] = [];
    let written = 0;
    const memory = {
      recall: () => codes,
      remember: (next: readonly string[]) => {
        codes = next;
        written += 1;
      },
    };
    const before = perl({ memory });
    const double = functionOf(before, 'sub { 2 * $_[0] }');
    const other = functionOf(before, '([], 0)');
    for (let turn = 0; turn < 3; turn++) expect(functionOf(before, 'sub { 2 * $_[0] }')).toBe(double);
    expect(written).toBe(1);
    before.close();
    const after = perl({ memory });
    expect(values(after.call({ type: 'call', function: double, args: ['21'] }))).toEqual(['42']);
    expect(errorOf(after.call({ type: 'call', function: double, args: [{ ref: other }] }))).toContain(
      'went with',
    );
    for (let n = 0; n < 250; n++) functionOf(after, `sub { ${n} }`);
    expect(codes).toHaveLength(200);
    expect(codes.at(-1)).toBe('sub { 249 }');
  });

  test('no perl: an error, said once', () => {
    const asked = perl({ environment: { PATH: '/nonexistent' } });
    for (let turn = 0; turn < 3; turn++) expect(asked.call({ type: 'eval', code: '1' }).ok).toBe(false);
    expect(said).toEqual([expect.stringContaining('perl.missing')]);
  });
});
