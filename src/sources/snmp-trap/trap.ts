import type { RecordFacts } from '../../model/chunk.ts';
import type { Json } from '../../model/json.ts';

/** Between the parts of a trap, and between its variables: what net-snmp never prints as it is within a string. */
export const partSeparator = '\u001e';
export const variableSeparator = '\u001f';

/**
 * What snmptrapd is to print of a trap (snmptrapd(8), "Format specifications"): its source, the sender's own
 * idea of its address (version 1), enterprise, kind and sub-kind (version 1), version and who, the variables.
 */
export const trapFormat = ['%b', '%a', '%N', '%w', '%q', '%P', `%V${variableSeparator}%v`].join(
  partSeparator,
);

/** Most variables of a trap that are shown, and the most text of each as a field. */
const mostVariables = 200;
const longestValue = 4096;

const trapOid = '1.3.6.1.6.3.1.1.4.1.0';
const uptimeOid = '1.3.6.1.2.1.1.3.0';

/** A trap as a record: the line that syslog would have written of it. Undefined: it is none. */
export function recordOfTrap(
  text: string,
  receivedAt: number,
): { readonly record: Buffer; readonly facts: RecordFacts } | undefined {
  const [source, agent = '', enterprise = '', kind = '', subKind = '', who = '', ...rest] =
    text.split(partSeparator);
  if (source === undefined || rest.length === 0) return undefined;
  const variables = variablesIn(rest.join(partSeparator));
  const peer = /\[([0-9A-Fa-f:.]+)\]/.exec(source)?.[1] ?? 'localhost';
  const isFirstVersion = who.includes('SNMP v1');
  const trap = isFirstVersion
    ? firstVersionTrap(enterprise, kind, subKind)
    : named(variables, 'snmpTrapOID.0', trapOid);
  const program = 'snmptrap';
  const head = Buffer.from(`${new Date(receivedAt).toISOString()} ${peer} ${program}: `);
  const shown = variables.filter(([name]) => !isKnown(name)).map(([name, value]) => `${name}=${value}`);
  const message = [trap ?? 'unknown', ...shown].join(' ');
  const fields: Record<string, Json> = Object.create(null);
  for (const [name, value] of variables)
    if (name !== '__proto__') fields[name] = value.slice(0, longestValue);
  const uptime = named(variables, 'sysUpTimeInstance', uptimeOid);
  Object.assign(fields, {
    peer,
    trap: trap ?? 'unknown',
    ...(uptime === undefined ? {} : { uptime }),
    ...(isFirstVersion && agent !== '' ? { agent } : {}),
    ...versionOf(who),
  });
  return {
    record: Buffer.concat([head, Buffer.from(message)]),
    facts: { message: head.length, host: peer, program, fields },
  };
}

/** RFC 3584, 3.1: how traps of version 1 are named like those of version 2. */
function firstVersionTrap(enterprise: string, kind: string, subKind: string): string {
  const own = Number(kind);
  if (Number.isInteger(own) && own < 6) return `1.3.6.1.6.3.1.1.5.${String(own + 1)}`;
  return `${bare(enterprise)}.0.${bare(subKind)}`;
}

/** Of who sent it only what is no secret: a community is a password. */
function versionOf(who: string): { version?: string; user?: string } {
  const version = /SNMP (v\d\w?)/.exec(who)?.[1];
  const user = /, user ([^,]*)/.exec(who)?.[1];
  return { ...(version === undefined ? {} : { version }), ...(user === undefined ? {} : { user }) };
}

function variablesIn(text: string): [name: string, value: string][] {
  return text
    .split(variableSeparator)
    .slice(0, mostVariables)
    .flatMap((variable): [string, string][] => {
      const at = variable.indexOf(' = ');
      return at < 0 ? [] : [[bare(variable.slice(0, at)), valueOf(variable.slice(at + 3))]];
    });
}

/** Without its type; strings without their quotes, numbers of time and of enumerations as numbers. */
function valueOf(written: string): string {
  const [, type = '', value = written] = /^([A-Za-z][A-Za-z0-9-]*): ?(.*)$/s.exec(written) ?? [];
  if (type === 'Timeticks') return /^\((\d+)\)/.exec(value)?.[1] ?? value;
  if (type === 'OID') return bare(value);
  const quoted = /^"(.*)"\s*$/s.exec(value)?.[1];
  return quoted === undefined ? value.trimEnd() : quoted.replace(/\\(["\\])/g, '$1');
}

const bare = (oid: string): string => oid.trim().replace(/^\./, '');

const isKnown = (name: string): boolean =>
  name === trapOid || name === uptimeOid || /::(?:snmpTrapOID\.0|sysUpTimeInstance)$/.test(name);

function named(
  variables: readonly (readonly [name: string, value: string])[],
  name: string,
  oid: string,
): string | undefined {
  return variables.find(([known]) => known === oid || known.endsWith(`::${name}`))?.[1];
}
