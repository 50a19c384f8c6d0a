/** An address of version 4, also inside of one of version 6; of version 6; the name of a host. */
const IP4 = String.raw`(?:::f{4,6}:)?(?P<ip4>\d{1,3}(?:\.\d{1,3}){3})`;
const HEX = '[0-9A-Fa-f]{1,4}';
const IP6 = `(?P<ip6>${HEX}(?::(?:${HEX})?){1,6}:${HEX}|::(?:${HEX}:){0,6}${HEX}|(?:${HEX}:){1,7}:)`;
const DNS = String.raw`(?P<dns>[\w.^-]*\w)`;
const ADDR = String.raw`\[?(?:${IP4}|${IP6})\]?`;

/** One of a network is one with the length of its prefix, which fail2ban tells apart from the address alone. */
const SUBNET = String.raw`\[?(?P<fid>(?:${IP4}|${IP6})(?:/\d+)?)\]?`;

/** What stands for the tags that have no end. */
const tags: ReadonlyMap<string, string> = new Map([
  ['HOST', `(?:${ADDR}|${DNS})`],
  ['ADDR', ADDR],
  ['F-ADDR/', ADDR],
  ['IP4', IP4],
  ['F-IP4/', IP4],
  ['IP6', IP6],
  ['F-IP6/', IP6],
  ['DNS', DNS],
  ['F-DNS/', DNS],
  ['CIDR', String.raw`(?P<cidr>\d+)`],
  ['F-CIDR/', String.raw`(?P<cidr>\d+)`],
  ['SUBNET', SUBNET],
  ['F-SUBNET/', SUBNET],
  ['F-ID/', String.raw`(?P<fid>\S+)`],
  ['F-PORT/', String.raw`(?P<fport>\w+)`],
]);

/** Tags whose group has another name. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['id', 'fid'],
  ['port', 'fport'],
]);

/** `<HOST>`, `<F-USER>…</F-USER>` and the others as the groups of a Python expression. */
export function fillTags(expression: string): string {
  const open = new Set<string>();
  return expression.replace(/<(\/?)([\w-]+\/?)>/g, (token, close: string, name: string) => {
    const plain = close === '' ? tags.get(name) : undefined;
    if (plain !== undefined) return plain;
    const custom = /^F-([A-Z0-9_-]+)$/.exec(name)?.[1];
    if (custom === undefined) return token;
    if (close !== '') return open.has(custom) ? ')' : token;
    open.add(custom);
    const group = custom.toLowerCase().replaceAll('-', '_');
    return `(?P<${aliases.get(group) ?? group}>`;
  });
}

/** Groups that say who it was; the first that took part does. */
const whoNames: readonly string[] = ['ip4', 'ip6', 'dns'];

/** Groups that are about fail2ban's own book-keeping. */
const ownNames: readonly string[] = ['mlfid', 'mlfforget', 'mlfgained', 'nofail', 'content', 'cidr'];

/** Names that mean something else in templates. */
const shadowed: readonly string[] = [
  'rule',
  'key',
  'severity',
  'count',
  'first',
  'last',
  'window',
  'distinct',
  'host',
  'program',
  'source',
  'line',
  'fields',
];

/** What a group is called in a rule; undefined: it is none. `byId`: another group says who it was. */
export function groupName(name: string, byId: boolean): string | undefined {
  if (name === 'fid') return 'ip';
  if (whoNames.includes(name)) return byId ? 'address' : 'ip';
  if (ownNames.includes(name) || /^(?:cond_|skiplines)/.test(name)) return undefined;
  const plain = name.replace(/^alt_(.*?)(?:_?\d+)?$/, '$1').replace(/^tuple_/, '');
  return shadowed.includes(plain) || plain === '' ? `its_${plain}` : plain;
}

/** Groups of which a failure must have one. */
export const whoGroups: readonly string[] = ['fid', ...whoNames];
