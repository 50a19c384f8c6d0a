import { isInstalled, realOutcome } from './real-swatch.ts';
import { play, readScenarioRules } from './play.ts';
import { readScenario, showOutcome } from './scenario.ts';

// Plays one case folder by hand: what is told of its configuration, what it comes to here and, with --real, with
// the real swatchdog.
const [folder, flag] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: swatch-case DIR [--real]\n');
  process.exitCode = 2;
} else {
  const scenario = readScenario(folder);
  const { errors, leftOut, repaired, traps } = readScenarioRules(scenario).findings;
  for (const { file, line, column, message, code } of [...errors, ...leftOut, ...repaired, ...traps]) {
    process.stderr.write(`${file}:${line}:${column}: ${message} [${code}]\n`);
  }
  process.stdout.write(showOutcome(play(scenario)));
  if (flag === '--real' && isInstalled()) {
    const lines = scenario.lines.map(({ text }) => text);
    process.stdout.write(`=== swatchdog\n${showOutcome(realOutcome(scenario.conf, lines, scenario.args))}`);
  }
}
