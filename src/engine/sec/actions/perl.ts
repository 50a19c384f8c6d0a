import type { PerlArgument } from '../contract.ts';
import type { PerlResult } from '../perl.ts';
import type { Value } from '../variables.ts';
import type { ActionPorts, Acts } from './contract.ts';

/** Perl code; an error leaves the variable as it was. */
export function createPerlActions(ports: ActionPorts): Acts<'eval' | 'call' | 'lcall'> {
  const { outputs, perl, texts, variables } = ports;

  const keep = (variable: string, result: PerlResult): void => {
    if (result !== undefined) variables.set(variable, valueOf(result));
  };

  return {
    eval: ({ variable, code }, scene) =>
      keep(variable, perl.evaluate(texts.inList(code, scene), scene.place)),
    call({ variable, function: name, args }, scene) {
      const code = variables.get(name);
      const filled: readonly PerlArgument[] = args.map((arg) => texts.inList(arg, scene));
      if (typeof code === 'object') keep(variable, perl.callReference(code.ref, filled, scene.place));
      else outputs.limit('perl-function', 'call: the variable holds no function', scene.place);
    },
    lcall({ variable, args, code, cached }, scene) {
      const filled = args.map((arg) => texts.inList(arg, scene));
      const call = cached ? perl.callWithCached : perl.callCode;
      keep(variable, call(code, filled, scene.place));
    },
  };
}

/** Several results are lines; a reference alone stays one. */
function valueOf({ values }: NonNullable<PerlResult>): Value | undefined {
  const [first] = values;
  if (first === undefined || (first === null && values.length === 1)) return undefined;
  if (typeof first === 'object' && first !== null && values.length === 1) return first;
  return values.map((value) => (typeof value === 'string' ? value : value === null ? '' : 'CODE')).join('\n');
}
