import { cutBindings } from '../bindings.ts';
import type { Context } from '../contexts.ts';
import type { SecActions } from '../program.ts';
import type { Scene, WaitingList } from '../scene.ts';
import type { ActionPorts, Acts } from './contract.ts';
import { wholeNumber } from './numbers.ts';

type ContextType =
  | 'create'
  | 'delete'
  | 'obsolete'
  | 'set'
  | 'alias'
  | 'unalias'
  | 'exists'
  | 'getaliases'
  | 'getltime'
  | 'getctime'
  | 'setltime'
  | 'setctime';

/** Looks for the context that an action means; says if there is none, or none that it may change. */
export function createLookUp({ contexts, outputs, texts }: ActionPorts) {
  const missing = (action: string, scene: Scene): undefined => {
    outputs.limit('context-missing', `${action}: there is no such context`, scene.place);
  };
  const refused = (action: string, scene: Scene): undefined => {
    outputs.limit('context-internal', `${action}: an internal context cannot be changed`, scene.place);
  };
  return {
    any(action: { readonly type: string; readonly context: string }, scene: Scene): Context | undefined {
      return contexts.get(texts.inList(action.context, scene)) ?? missing(action.type, scene);
    },
    own(action: { readonly type: string; readonly context: string }, scene: Scene): Context | undefined {
      const context = contexts.get(texts.inList(action.context, scene));
      if (context === undefined) return missing(action.type, scene);
      return context.internal ? refused(action.type, scene) : context;
    },
    /** The context of that name, which is made if there is none. */
    ownOrNew(action: { readonly type: string; readonly context: string }, scene: Scene): Context | undefined {
      const name = texts.inList(action.context, scene);
      const context = contexts.get(name) ?? contexts.make(name);
      return context.internal ? refused(action.type, scene) : context;
    },
  };
}

/** Contexts themselves; their stores are apart. */
export function createContextActions(ports: ActionPorts): Acts<ContextType> {
  const { clock, contexts, limits, outputs, texts, variables } = ports;
  const lookUp = createLookUp(ports);

  const listOf = (actions: SecActions, scene: Scene): WaitingList | undefined =>
    actions.length === 0
      ? undefined
      : { actions, scene: { ...scene, bindings: cutBindings(scene.bindings, limits.value) } };

  const number = (text: string, type: string, scene: Scene): number | undefined => {
    const value = wholeNumber(texts.inList(text, scene));
    if (value === undefined) outputs.limit('number', `${type}: this is no number of seconds`, scene.place);
    return value;
  };

  return {
    create(action, scene) {
      const life = number(action.life, 'create', scene);
      if (life === undefined) return;
      const context = lookUp.ownOrNew(action, scene);
      if (context === undefined) return;
      contexts.takeLines(context, () => true);
      contexts.schedule(context, clock.now, life);
      contexts.setList(context, listOf(action.actions, scene));
    },
    delete(action, scene) {
      const context = lookUp.own(action, scene);
      if (context !== undefined && !context.ending) contexts.remove(context);
    },
    obsolete(action, scene) {
      const context = lookUp.own(action, scene);
      if (context !== undefined) contexts.end(context);
    },
    set(action, scene) {
      const keeps = texts.inList(action.life, scene) === '-';
      const life = keeps ? undefined : number(action.life, 'set', scene);
      if (!keeps && life === undefined) return;
      const context = lookUp.own(action, scene);
      if (context === undefined) return;
      if (life !== undefined) contexts.schedule(context, clock.now, life);
      if (action.actions !== undefined) contexts.setList(context, listOf(action.actions, scene));
    },
    alias(action, scene) {
      const context = lookUp.own(action, scene);
      const alias = texts.inList(action.alias, scene);
      if (context === undefined) return;
      if (contexts.get(alias) === undefined) contexts.alias(context, alias);
      else outputs.limit('context-alias', 'alias: the name is in use', scene.place);
    },
    unalias({ type, alias }, scene) {
      const name = texts.inList(alias, scene);
      const context = lookUp.own({ type, context: alias }, scene);
      if (context !== undefined && !context.ending) contexts.unalias(name);
    },
    exists({ variable, context }, scene) {
      variables.set(variable, contexts.get(texts.inList(context, scene)) === undefined ? '0' : '1');
    },
    getaliases(action, scene) {
      const context = lookUp.any(action, scene);
      if (context !== undefined) variables.set(action.variable, [...context.names].join('\n'));
    },
    getltime(action, scene) {
      const context = lookUp.any(action, scene);
      if (context !== undefined) variables.set(action.variable, String(context.life));
    },
    getctime(action, scene) {
      const context = lookUp.any(action, scene);
      if (context !== undefined) variables.set(action.variable, String(context.begin));
    },
    setltime(action, scene) {
      const life = number(action.life, 'setltime', scene);
      const context = lookUp.own(action, scene);
      if (context === undefined || life === undefined) return;
      contexts.schedule(context, context.begin, life);
      if (contexts.isPast(context)) contexts.end(context);
    },
    setctime(action, scene) {
      const time = number(action.time, 'setctime', scene);
      const context = lookUp.own(action, scene);
      if (context === undefined || time === undefined) return;
      if (time < context.begin || time > clock.now) {
        outputs.limit(
          'context-time',
          'setctime: the time is before the old one or has not come',
          scene.place,
        );
      } else contexts.schedule(context, time, context.life);
    },
  };
}
