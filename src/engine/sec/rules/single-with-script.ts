import { cutBindings } from '../bindings.ts';
import type { Scene } from '../scene.ts';
import { createCapture } from './capture.ts';
import type { CreateRule } from './contract.ts';
import { createHalf } from './half.ts';

/** Runs a command with the names of all contexts on its standard input; its exit code chooses the list. */
export const createSingleWithScript: CreateRule<'SingleWithScript'> = (rule, place, ports) => {
  const { children, contexts, outputs, shell } = ports;
  const half = createHalf(rule, place, ports);
  const capture = createCapture(rule, ports.cache);

  const start = (scene: Scene): void => {
    const prepared = shell.prepare(rule.script, scene, { action: false, quotes: false });
    if ('refused' in prepared) {
      outputs.limit('command-refused', `the script is not run: ${prepared.refused}`, place);
      return;
    }
    const child = children.name();
    const kept = { ...scene, bindings: cutBindings(scene.bindings, ports.limits.value) };
    children.await(child, { type: 'script', scene: kept, zero: rule.action, other: rule.action2 });
    outputs.do(scene, 'script', {
      type: 'run',
      child,
      command: prepared.command,
      input: contexts
        .names()
        .map((name) => `${name}\n`)
        .join(''),
      outputs: false,
      reports: true,
    });
  };

  return {
    place,
    take() {
      const found = half();
      if (found === undefined) return undefined;
      const bindings = capture(found);
      start({ place, desc: ports.texts.plain(rule.desc, bindings), bindings });
      return rule.continues;
    },
  };
};
