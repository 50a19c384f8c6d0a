import * as fc from 'fast-check';

/** `npm test` plays the same cases every time; `FULL=1` draws others, and `SEED=N` those of N. */
const usualSeed = 20_100_101;

const asked = process.env['SEED'];
if (asked !== undefined && asked !== '') fc.configureGlobal({ seed: Number(asked) });
else if (process.env['FULL'] !== '1') fc.configureGlobal({ seed: usualSeed });
