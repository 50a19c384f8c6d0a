import type { SecInput, SecMachine, SecOutput, SecPorts } from '../../../src/engine/sec/contract.ts';
import { createSecMachine } from '../../../src/engine/sec/machine.ts';
import type { SecProgram } from '../../../src/engine/sec/program.ts';
import { assert } from '../../../src/kit/assert.ts';
import type { Row } from '../../../src/model/machine.ts';

/** A machine together with all its rows, as a ledger would have them. */
export interface KeptMachine {
  step(input: SecInput): readonly SecOutput[];
  /** A machine of other rules that goes on with this one's state. */
  renewed(program: SecProgram): KeptMachine;
}

/** `reborn`: before each input, but not for ticks with which nothing is due, it is made anew of its rows, which have been text meanwhile. */
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
  const save = (): void => {
    for (const row of machine.changes()) {
      const key = `${row.scope}\n${row.key}`;
      rows.delete(key);
      if (row.value !== undefined) rows.set(key, row);
    }
  };
  return {
    step(input) {
      const wake = machine.nextWake();
      const idle = isTick(input) && (wake === undefined || wake > input.now);
      if (reborn && !idle) machine = revive();
      const outputs = machine.step(input);
      if (idle)
        assert(outputs.length === 0, `nothing was due at ${String(input.now)}, and yet there are outputs`);
      if (reborn) save();
      return outputs;
    },
    renewed(program) {
      save();
      return keep(program, ports, reborn, rows);
    },
  };
}

/** SIGINT says nothing to a machine but the time. */
const isTick = (input: SecInput): boolean =>
  input.type === 'tick' || (input.type === 'signal' && input.signal === 'INT');

const throughText = (row: Row): Row => JSON.parse(JSON.stringify(row)) as Row;
