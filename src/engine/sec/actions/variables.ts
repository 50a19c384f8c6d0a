import { quoteWord } from '../shell.ts';
import type { ActionPorts, Acts } from './contract.ts';

/** Action list variables. */
export function createVariableActions({
  cache,
  texts,
  variables,
}: ActionPorts): Acts<'assign' | 'assignsq' | 'free' | 'varset'> {
  return {
    assign: ({ variable, text }, scene) => variables.set(variable, texts.inList(text, scene)),
    assignsq: ({ variable, text }, scene) => variables.set(variable, quoteWord(texts.inList(text, scene))),
    free: ({ variable }) => variables.set(variable, undefined),
    varset: ({ variable, entry }, scene) =>
      variables.set(variable, cache.get(texts.inList(entry, scene)) === undefined ? '0' : '1'),
  };
}
