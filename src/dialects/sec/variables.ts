/** A match variable (`$1 ${1} $+{name} $:{entry:name}`), or the `$$` that stands for a dollar sign. */
export const variablePattern = /\$(?:\$|\d+|\{\d+\}|\+\{(?:[A-Za-z_][\w!]*|\d+)\}|:\{[A-Za-z]\w*:[\w!]+\})/g;

/** The same with `%`, as the second half of a Pair names the first match. */
const firstMatchPattern = /%(?:\d+|\{\d+\}|\+\{(?:[A-Za-z_][\w!]*|\d+)\}|:\{[A-Za-z]\w*:[\w!]+\})/;

/** An action list variable: `%name`, `%{name}`; those built in are left out. */
const actionVariablePattern = /(?<!%)(?:%%)*%(?:\{([A-Za-z]\w*)\}|([A-Za-z]\w*))/g;

/** Whether a text holds anything that the values of a match are put in for. */
export const holdsVariables = (text: string): boolean => text.search(variablePattern) >= 0;

/** The match variables in a text, as written, without `$$`. */
export const matchVariables = (text: string): readonly string[] =>
  [...text.matchAll(variablePattern)].map(([name]) => name).filter((name) => name !== '$$');

export const holdsFirstMatch = (text: string): boolean => firstMatchPattern.test(text);

/** Names of the action list variables in a text, without those that SEC sets itself. */
export const actionVariables = (text: string): readonly string[] =>
  [...text.matchAll(actionVariablePattern)]
    .map(([, braced, plain]) => braced ?? plain ?? '')
    .filter((name) => !BUILT_IN.has(name));

const BUILT_IN = new Set(['s', 't', 'u']);
