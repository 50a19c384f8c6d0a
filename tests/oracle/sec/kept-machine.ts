import type { SecInput, SecMachine, SecOutput, SecPorts } from '../../../src/engine/sec/contract.ts';
import { createSecMachine } from '../../../src/engine/sec/machine.ts';
import type { SecProgram } from '../../../src/engine/sec/program.ts';
import type { Row } from '../../../src/model/machine.ts';

/** A machine together with all its rows, as a ledger would have them. */
export interface KeptMachine {
  step(input: SecInput): readonly SecOutput[];
  /** A machine of other rules that goes on with this one's state. */
  renewed(program: SecProgram): KeptMachine;
}

/** `reborn`: before each input it is made anew of its rows, which have been text meanwhile. */
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
      if (reborn) machine = revive();
      const outputs = machine.step(input);
      if (reborn) save();
      return outputs;
    },
    renewed(program) {
      save();
      return keep(program, ports, reborn, rows);
    },
  };
}

const throughText = (row: Row): Row => JSON.parse(JSON.stringify(row)) as Row;
