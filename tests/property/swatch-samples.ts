import fc from 'fast-check';

/** Words of lines and patterns, few enough to meet. */
const word = fc.constantFrom('alpha', 'beta', 'gamma', 'root', 'Failed');
const key = fc.constantFrom('$1', '$2', '$1:$2', 'fixed');

const regex = fc.oneof(
  word.map((text) => `/${text}/`),
  word.map((text) => `/${text.toUpperCase()}/i`),
  fc.tuple(word, word).map(([a, b]) => `/(${a}|${b}) (\\w+)/`),
  word.map((text) => `/${text} (\\S+)/`),
  fc.constant('/^(\\w+) (\\w+)/'),
  fc.constant('/\\d+$/'),
);

const condition: fc.Arbitrary<string> = fc.letrec<{ one: string; all: string }>((tie) => ({
  one: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    regex,
    tie('one').map((text) => `not ${text}`),
    fc
      .tuple(tie('one'), fc.constantFrom('and', 'or', '&&', '||'), tie('one'))
      .map(([a, sign, b]) =>
        sign === 'and' || sign === 'or' ? `(${a} ${sign} ${b})` : `(${signed(a)} ${sign} ${signed(b)})`,
      ),
    tie('one').map((text) => `!(${text})`),
  ),
  all: tie('one'),
})).all;

/** `not` binds too weakly to stand beside a sign. */
const signed = (text: string): string => (text.startsWith('not ') ? `(${text})` : text);

const threshold = fc
  .tuple(key, fc.constantFrom('limit', 'threshold', 'both'), fc.integer({ min: 1, max: 4 }))
  .chain(([track, type, count]) =>
    fc
      .integer({ min: 1, max: 30 })
      .map((seconds) => `track_by=${track},type=${type},count=${count},seconds=${seconds}`),
  );

const throttle = fc.oneof(
  fc.integer({ min: 5, max: 30 }).map((seconds) => `throttle 0:${seconds}`),
  fc.tuple(fc.integer({ min: 5, max: 30 }), key).map(([seconds, by]) => `throttle ${seconds},key=${by}`),
  fc.tuple(fc.integer({ min: 2, max: 4 }), key).map(([every, by]) => `throttle threshold=${every},key=${by}`),
);

/** Of an action's own counters each key is used once: swatch itself shares them among actions. */
const action = fc.oneof(
  fc.constantFrom('echo normal', 'echo normal,message=[$1] $_', 'exec echo $1', 'echo normal,message=${2}x'),
  fc
    .tuple(threshold, fc.nat())
    .map(([options, own]) => options.replace(/^track_by=[^,]*/, `track_by=${own}`))
    .map((options) => `echo normal,message=own $1,thresholding=on,${options}`),
);

/** Without an expression of its own that matches, a block of swatch sees the groups of one before it. */
const grouped = (text: string): string => `(${text}) and /^(\\S+) (\\S+)/`;

const block = fc
  .record({
    ignore: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
    condition,
    threshold: fc.option(
      threshold.map((options) => `threshold ${options}`),
      { nil: undefined },
    ),
    throttle: fc.option(throttle, { nil: undefined }),
    actions: fc.array(action, { minLength: 1, maxLength: 2 }),
    end: fc.constantFrom('', '', 'continue', 'continue'),
  })
  .map(({ ignore, condition, threshold, throttle, actions, end }) => {
    if (ignore) return `ignore ${condition}`;
    const below = [threshold, throttle, ...actions, end === '' ? undefined : end];
    return [
      `watchfor ${grouped(condition)}`,
      ...below.flatMap((line) => (line === undefined ? [] : [`    ${line}`])),
    ].join('\n');
  });

/** Configurations whose commands do no more than echo. */
export const configurations = fc
  .array(block, { minLength: 1, maxLength: 4 })
  .map((blocks) => `${blocks.join('\n')}\n`);

/** Lines with the time that passes before them, in milliseconds. */
export const timedLines = fc.array(
  fc.record({
    pause: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 15_000 })),
    text: fc
      .tuple(word, word, fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }))
      .map(([a, b, number]) => (number === undefined ? `${a} ${b}` : `${a} ${b} ${number}`)),
  }),
  { minLength: 1, maxLength: 25 },
);
