import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { validate } from '../dialects/native/issues.ts';
import type { Place } from '../dialects/native/place.ts';
import { closest } from '../kit/distance.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { readFile, type ConfigPorts } from './files.ts';
import { itemsAt, locateIn, plain, textAt, withEntry, type MapTree, type Tree } from './tree.ts';

/** The packs that are shipped, by name, with the folder they lie in. */
export interface PackShelf {
  readonly folder: string;
  readonly names: readonly string[];
}

/** The packs of this program. */
export const shippedPacks: PackShelf = {
  folder: fileURLToPath(new URL('../../packs', import.meta.url)),
  names: [
    'apache',
    'apcupsd',
    'bird-alert',
    'cron',
    'docker',
    'dovecot',
    'exim',
    'fail2ban',
    'firewall',
    'kernel',
    'login',
    'mdadm',
    'mysql',
    'named',
    'nginx',
    'openvpn',
    'pam',
    'postfix',
    'postgresql',
    'proftpd',
    'smartd',
    'snort',
    'spoofing',
    'sshd',
    'su',
    'sudo',
    'suricata',
    'systemd',
    'vsftpd',
    'wireguard',
  ],
};

/** Rules of packs, their ids written `pack/id`. */
export interface PackRules {
  readonly rules: readonly Tree[];
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A pack and the place that asks for it. */
export interface PackRequest {
  readonly name: string;
  readonly place: Place;
}

/** What `include` asks for; a pack asked for twice is a mistake. */
export function packRequests(tree: MapTree): {
  readonly requests: readonly PackRequest[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const locate = locateIn(tree);
  const requests: PackRequest[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, item] of itemsAt(tree, 'include').entries()) {
    const name = textAt(item, 'pack');
    if (name === undefined) continue;
    const place = locate(['include', index, 'pack']);
    const before = requests.find((request) => request.name === name);
    if (before === undefined) requests.push({ name, place });
    else diagnostics.push(askedTwice(name, before.place, place));
  }
  return { requests, diagnostics };
}

const askedTwice = (name: string, { file, line, column }: Place, place: Place): Diagnostic => ({
  code: 'config.given-twice',
  severity: 'error',
  message: `the pack "${name}" is included twice, first at ${file}:${line}:${column}`,
  ...place,
});

/** Reads packs, in the order in which they are asked for. */
export async function readPacks(
  requests: readonly PackRequest[],
  shelf: PackShelf,
  ports: ConfigPorts,
): Promise<PackRules> {
  const rules: Tree[] = [];
  const files: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const isKnown = ({ name }: PackRequest): boolean => shelf.names.includes(name);
  const pathOf = ({ name }: PackRequest): string => `${shelf.folder}/${name}.yaml`;
  // All at once: a start would wait for one after the other.
  const reads = new Map(
    requests
      .filter(isKnown)
      .map((request) => [request, readFile({ path: pathOf(request), overlay: false }, withoutTests(ports))]),
  );
  for (const request of requests) {
    const { name, place } = request;
    const read = await reads.get(request);
    if (read === undefined) {
      diagnostics.push(unknownPack(name, shelf, place));
      continue;
    }
    files.push(pathOf(request));
    diagnostics.push(...read.diagnostics);
    if (read.file.tree === undefined) continue;
    diagnostics.push(...checkPack(read.file.tree));
    rules.push(...itemsAt(read.file.tree, 'rules').map((rule) => prefixed(rule, name)));
  }
  return { rules, files, diagnostics };
}

/**
 * Tests are the last and the longest part of a pack, and nobody but `test` asks for them: reading them would take
 * longer than all else of a start.
 */
const withoutTests = (ports: ConfigPorts): ConfigPorts => ({
  ...ports,
  read: async (path) => {
    const read = await ports.read(path);
    return read.ok ? { ...read, text: read.text.replace(/^tests:$.*/ms, '') } : read;
  },
});

/** What a pack may hold. Its rules are checked with the user's own; its tests are about the pack as it is shipped. */
const packSchema = z.strictObject({
  summary: z.string().min(1),
  rules: z.array(z.unknown()).min(1),
  tests: z.array(z.unknown()).optional(),
});

const checkPack = (tree: MapTree): readonly Diagnostic[] =>
  validate(packSchema, { data: plain(tree), name: '', locate: locateIn(tree) }).diagnostics;

function unknownPack(name: string, shelf: PackShelf, place: Place): Diagnostic {
  const near = closest(name, shelf.names);
  return {
    code: 'config.unknown-pack',
    severity: 'error',
    message: `there is no pack "${name}"`,
    ...place,
    hint: near === undefined ? `packs: ${shelf.names.join(', ')}` : `did you mean "${near}"?`,
  };
}

function prefixed(tree: Tree, pack: string): Tree {
  const name = textAt(tree, 'id');
  const place = tree.type === 'map' ? tree.entries.get('id')?.value.place : undefined;
  if (tree.type !== 'map' || name === undefined || place === undefined) return tree;
  return withEntry(tree, 'id', { type: 'scalar', place, value: `${pack}/${name}` });
}
