import { readFile } from 'node:fs/promises';

/** How many datagrams the kernel dropped at sockets of this port, by the table of proc(5); undefined: not known. */
export async function droppedAt(port: number, family: 4 | 6): Promise<number | undefined> {
  const table = await readFile(family === 4 ? '/proc/net/udp' : '/proc/net/udp6', 'latin1').catch(() => '');
  return dropsIn(table, port);
}

/** The last column of the lines whose local port it is. */
export function dropsIn(table: string, port: number): number | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const drops = table.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const dropped = Number(columns.at(-1));
    return columns[1]?.endsWith(`:${hex}`) === true && Number.isSafeInteger(dropped) ? [dropped] : [];
  });
  return drops.length === 0 ? undefined : drops.reduce((sum, dropped) => sum + dropped, 0);
}
