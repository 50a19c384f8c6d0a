import { parseArgs } from 'node:util';
import { compareRandom, type Figures } from './compare.ts';

// Compares our SEC with the real one on random scenarios:
//   sec-random --scenarios 10000 --seed 1 --keep /tmp/differing --most 20
const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string', default: 'sec-differing' },
    most: { type: 'string', default: '20' },
  },
});

const figures = await compareRandom({
  scenarios: Number(values.scenarios),
  seed: Number(values.seed),
  keep: values.keep,
  most: Number(values.most),
  progress: (figures) => {
    if (figures.scenarios % 500 === 0) process.stderr.write(`${say(figures)}\n`);
  },
});
process.stdout.write(`${say(figures)}\n`);
for (const { folder } of figures.differing) process.stdout.write(`differs: ${folder}\n`);
process.exitCode = figures.differing.length === 0 ? 0 : 1;

function say({ scenarios, lines, empty, endless, undefinedOrder, differing }: Figures): string {
  return (
    `${String(scenarios)} scenarios, ${String(lines)} lines of trace, ${String(empty)} empty, ` +
    `${String(endless)} endless, ${String(undefinedOrder)} of undefined order, ${String(differing.length)} differ`
  );
}
