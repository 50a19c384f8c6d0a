import type { Operation } from '../operations.ts';
import type { SecRuleChoice } from '../program.ts';
import type { Scene } from '../scene.ts';
import type { ActionPorts, Acts } from './contract.ts';
import { wholeNumber } from './numbers.ts';

/** Ends operations, and asks for or moves their windows. */
export function createOperationActions(ports: ActionPorts): Acts<'reset' | 'getwpos' | 'setwpos'> {
  const { clock, operations, outputs, texts, variables } = ports;

  /** The operations of that name of the rules that are meant, all of the scene's own file. */
  const chosen = (choice: SecRuleChoice, text: string, scene: Scene): readonly Operation[] => {
    const desc = texts.inList(text, scene);
    return operations.ownersOf(scene.place.file).flatMap((owner) => {
      if (choice.by !== 'all' && owner.place.rule !== ruleNumber(choice, scene)) return [];
      return operations.find(owner, desc) ?? [];
    });
  };

  return {
    reset({ rule, text }, scene) {
      for (const operation of chosen(rule, text, scene)) operations.end(operation);
    },
    getwpos({ variable, rule, text }, scene) {
      const [operation] = chosen(rule, text, scene);
      if (operation !== undefined) variables.set(variable, String(operation.begin));
      else outputs.limit('operation-missing', 'getwpos: there is no such operation', scene.place);
    },
    setwpos({ time, rule, text }, scene) {
      const begin = wholeNumber(texts.inList(time, scene));
      const [operation] = chosen(rule, text, scene);
      if (operation === undefined || begin === undefined) {
        outputs.limit('operation-missing', 'setwpos: there is no such operation or time', scene.place);
      } else if (operation.locked || begin < operation.begin || begin > clock.now) {
        outputs.limit('window', 'setwpos: the window cannot be moved so', scene.place);
      } else {
        operation.begin = begin;
        operation.owner.moved(operation);
        operations.touch(operation);
      }
    },
  };
}

/** The index of the rule that is meant. */
const ruleNumber = (choice: Exclude<SecRuleChoice, { by: 'all' }>, scene: Scene): number =>
  choice.by === 'number' ? choice.rule - 1 : scene.place.rule + choice.offset;
