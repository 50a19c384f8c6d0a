import { z } from 'zod';
import type { SourceKind } from '../contract.ts';
import { followTraps } from './follow.ts';

/** What the kind `snmp-trap` needs to know. */
export interface TrapOptions {
  /** As snmptrapd takes it: `udp:127.0.0.1:162`. */
  readonly listen: readonly string[];
  /** snmptrapd.conf(5): who may send. */
  readonly configFile: string;
  /** MIBs by which names are shown; absent: numbers. */
  readonly mibs?: string;
  readonly program: string;
}

const address = z
  .string()
  .regex(/^(?:udp|tcp|udp6|tcp6|dtlsudp|tlstcp):[^\s,]{1,200}$/, 'not an address such as udp:127.0.0.1:162');

const trapOptions: z.ZodType<TrapOptions> = z
  .strictObject({
    'snmp-trap': z
      .strictObject({
        listen: z
          .union([address.transform((one) => [one]), z.array(address).min(1).max(64)])
          .prefault('udp:127.0.0.1:162')
          .describe(
            'Where traps are listened for, as snmptrapd takes it: `udp:0.0.0.0:162`. Default: only this machine.',
          ),
        'config-file': z
          .string()
          .min(1)
          .prefault('/etc/snmp/snmptrapd.conf')
          .describe(
            "snmptrapd's own configuration: who may send (`authCommunity`, `createUser` and `authUser`).",
          ),
        mibs: z
          .string()
          .regex(/^[A-Za-z0-9:+-]{1,1000}$/, 'not a list of MIBs such as IF-MIB:UPS-MIB, or ALL')
          .optional()
          .describe('MIBs by which names are shown instead of numbers, as `-m` takes them.'),
        program: z
          .string()
          .regex(/^\/\P{Cc}*$/u, 'not an absolute path')
          .prefault('/usr/sbin/snmptrapd')
          .describe('The program that receives traps.'),
      })
      .describe('SNMP traps and informs, received by snmptrapd of Net-SNMP.'),
  })
  .transform(({ 'snmp-trap': { listen, 'config-file': configFile, mibs, program } }) => ({
    listen,
    configFile,
    program,
    ...(mibs === undefined ? {} : { mibs }),
  }));

export const trapKind: SourceKind<TrapOptions> = {
  kind: 'snmp-trap',
  summary: 'SNMP traps and informs, received by snmptrapd.',
  options: trapOptions,
  addsFields: true,
  rewinds: false,
  open: (options, ports) => followTraps(options, ports),
};
