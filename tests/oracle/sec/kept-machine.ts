import type { SecInput, SecMachine, SecOutput, SecPorts } from '../../../src/engine/sec/contract.ts';
import { createSecMachine } from '../../../src/engine/sec/machine.ts';
import type { SecProgram } from '../../../src/engine/sec/program.ts';
import { assert } from '../../../src/kit/assert.ts';
import type { Row } from '../../../src/model/machine.ts';

/** A machine together with all its rows, as a ledger would have them. */
export interface KeptMachine {
  step(input: SecInput): readonly SecOutput[];
  /** A machine of other rules that goes on with this one's state; operations of `reread` files are gone. */
  renewed(program: SecProgram, reread: ReadonlySet<string>): KeptMachine;
}

/** Of long cases, in which mostly time passes, the first inputs, and then one of several, which hits every minute of an hour. */
const ALWAYS = 3000;
const ONE_OF = 37;

/**
 * `reborn`: before each input, but not for ticks with which nothing is due, it is made anew of its rows, which
 * have been text meanwhile.
 */
export function createKeptMachine(program: SecProgram, ports: SecPorts, reborn: boolean): KeptMachine {
  return keep(program, ports, reborn, new Map());
}

function keep(program: SecProgram, ports: SecPorts, reborn: boolean, rows: Map<string, Row>): KeptMachine {
  const revive = (): SecMachine => {
    const machine = createSecMachine(program, ports);
    if (rows.size > 0) machine.restore([...rows.values()].map(throughText));
    return machine;
  };
  let machine = revive();
  let inputs = 0;
  const save = (): void => {
    for (const row of machine.changes()) {
      const key = `${row.scope}\n${row.key}`;
      rows.delete(key);
      if (row.value !== undefined) rows.set(key, row);
    }
  };
  return {
    step(input) {
      const idle = input.type === 'tick' && (machine.nextWake() ?? Infinity) > input.now;
      inputs += 1;
      if (reborn && !idle && (inputs < ALWAYS || inputs % ONE_OF === 0)) machine = revive();
      const outputs = machine.step(input);
      if (idle)
        assert(outputs.length === 0, `nothing was due at ${String(input.now)}, and yet there are outputs`);
      if (reborn) save();
      return outputs;
    },
    renewed(program, reread) {
      save();
      for (const [key, row] of rows) if (isOf(row, reread)) rows.delete(key);
      return keep(program, ports, reborn, rows);
    },
  };
}

/** Rows of operations name their file in the second place, those of Calendar rules in their keys. */
function isOf({ key, value }: Row, files: ReadonlySet<string>): boolean {
  if (key.startsWith('operation/')) return Array.isArray(value) && files.has(String(value[1]));
  return key.startsWith('calendar/') && files.has(key.replace(/^calendar\/\d+\//, ''));
}

const throughText = (row: Row): Row => JSON.parse(JSON.stringify(row)) as Row;
