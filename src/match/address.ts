/** An IP address as a number; IPv4 stands in IPv6 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
export type Address = bigint;

/** A network in CIDR form (RFC 4632, RFC 4291 2.3); a single address is one of 128 bits. */
export interface Network {
  readonly first: Address;
  readonly bits: number;
}

const MAPPED = 0xffffn << 32n;

/** The address a text writes, or undefined. A zone (`%eth0`) is left out of account. */
export function parseAddress(text: string): Address | undefined {
  const bare = text.replace(/%.*$/s, '');
  const quad = parseQuad(bare);
  if (quad !== undefined) return MAPPED | quad;
  return bare.includes(':') ? parseGroups(bare) : undefined;
}

/** The network a text writes (`10.0.0.0/8`, `2001:db8::/32`, `::1`), or undefined. */
export function parseNetwork(text: string): Network | undefined {
  const [head = '', length, ...rest] = text.split('/');
  const address = parseAddress(head);
  if (address === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { first: address, bits: 128 };
  const offset = head.includes(':') ? 0 : 96;
  if (!/^\d{1,3}$/.test(length) || Number(length) + offset > 128) return undefined;
  const bits = Number(length) + offset;
  return { first: prefix(address, bits), bits };
}

/** Whether an address lies in a network. */
export function within(network: Network, address: Address): boolean {
  return prefix(address, network.bits) === network.first;
}

function prefix(address: Address, bits: number): Address {
  const host = BigInt(128 - bits);
  return (address >> host) << host;
}

function parseQuad(text: string): Address | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const parts = match.slice(1).map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function parseGroups(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [expand(halves[0] ?? ''), expand(halves[1] ?? '')];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const zeros: bigint[] = Array.from({ length: missing }, () => 0n);
  return [...head, ...zeros, ...tail].reduce((sum, group) => (sum << 16n) | group, 0n);
}

function expand(half: string): bigint[] | undefined {
  if (half === '') return [];
  const groups: bigint[] = [];
  const words = half.split(':');
  for (const [index, word] of words.entries()) {
    const quad = index === words.length - 1 ? parseQuad(word) : undefined;
    if (quad !== undefined) groups.push(quad >> 16n, quad & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(word)) groups.push(BigInt(`0x${word}`));
    else return undefined;
  }
  return groups;
}
