import { isCachedName, type Bindings } from './bindings.ts';
import type { Cache } from './cache.ts';
import type { SecPlace } from './contract.ts';
import { renderInRounds, variableText, type Growth } from './rounds.ts';
import type { Scene } from './scene.ts';
import {
  parseTemplate,
  render,
  roundsOf,
  type Part,
  type Rounds,
  type Template,
  type Values,
} from './template.ts';
import type { Variables } from './variables.ts';

/** Fills in the texts of rules. */
export interface Texts {
  /** A text outside action lists: match variables only. `map` is put on each value. */
  plain(text: string, bindings: Bindings, map?: (value: string) => string): string;
  /** A text of an action list: match variables, then action list variables. */
  inList(text: string, scene: Scene): string;
  /** The parsed form, with what fills it in, for those who must know where values stand. */
  parsed(text: string, scene: Scene, action: boolean): Parsed;
}

export interface Parsed {
  readonly template: Template;
  readonly valueOf: (variable: Exclude<Part, { type: 'text' }>) => string;
}

/** Most parsed texts that are kept; all of them are texts of rules. */
const MOST_TEMPLATES = 20_000;

/** Where only the rule's text asks for values, it bounds them. */
const UNBOUNDED: Growth = { most: Infinity, reached: () => undefined };

/** Of texts whose values are read again. */
export interface GrowthLimit {
  /** Most characters, as `Growth` has it. */
  readonly most: number;
  readonly reached: (place: SecPlace | undefined) => void;
}

export function createTexts(variables: Variables, cache: Cache, limit: GrowthLimit): Texts {
  const templates = new Map<string, Template>();

  const templateOf = (text: string, rounds: Rounds): Template => {
    const key = `${rounds.percent ? 'p' : ''}${rounds.dollar ? 'd' : ''}${rounds.action ? 'a' : ''} ${text}`;
    const known = templates.get(key);
    if (known !== undefined) return known;
    if (templates.size >= MOST_TEMPLATES) templates.clear();
    const template = parseTemplate(text, rounds);
    templates.set(key, template);
    return template;
  };

  /** A value of the match cache that was not kept with the match is read now. */
  const matchValue = (bindings: Bindings): Values['match'] => {
    return (sign, name) => {
      const value = bindings[sign]?.get(name);
      return value === undefined && isCachedName(name) ? cache.member(name) : value;
    };
  };

  const growthAt = (place: SecPlace | undefined): Growth => ({
    most: limit.most,
    reached: () => limit.reached(place),
  });

  const fill = (text: string, rounds: Rounds, values: Values, place?: SecPlace): string => {
    const template = templateOf(text, rounds);
    return template.dynamic || template.rereads
      ? renderInRounds(text, rounds, values, template.rereads ? growthAt(place) : UNBOUNDED)
      : render(template, values);
  };

  const listValues = (scene: Scene): Values => {
    const match = matchValue(scene.bindings);
    return {
      match: (sign, name) => {
        const value = match(sign, name);
        // SEC looks for the sign in the text with the values in it: one in a value counts.
        if (value?.includes('%') === true) variables.refresh(scene.desc);
        return value;
      },
      action: (name) => variables.text(name, scene.desc),
    };
  };

  return {
    plain(text, bindings, map) {
      if (bindings.dollar === undefined && bindings.percent === undefined) return text;
      const match = matchValue(bindings);
      const values: Values = {
        match: map === undefined ? match : (sign, name) => map(match(sign, name) ?? ''),
        action: () => '',
      };
      return fill(text, roundsOf(bindings, false), values);
    },
    inList(text, scene) {
      if (!text.includes('%')) {
        if (!text.includes('$')) return text;
      } else variables.refresh(scene.desc);
      return fill(text, roundsOf(scene.bindings, true), listValues(scene), scene.place);
    },
    parsed(text, scene, action) {
      if (action && text.includes('%')) variables.refresh(scene.desc);
      const rounds = roundsOf(scene.bindings, action);
      const values = action ? listValues(scene) : { match: matchValue(scene.bindings), action: () => '' };
      const growth = growthAt(scene.place);
      return {
        template: templateOf(text, rounds),
        valueOf: (variable) => variableText(variable, rounds, values, growth),
      };
    },
  };
}
