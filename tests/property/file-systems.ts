import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file system with a directory in it that is written to, and a view of that directory that is read. */
export interface FileSystem {
  /** Where files are written. */
  readonly backing: string;
  /** The same files where a source looks for them; nothing is there while it is not mounted. */
  readonly view: string;
  mount(): Promise<void>;
  unmount(): void;
  /** Undoes all mounts. */
  remove(): Promise<void>;
}

/** Answers with a reason where this machine cannot have it. */
export type OpenFileSystem = (root: string) => Promise<FileSystem | string>;

const sftpServer = '/usr/lib/openssh/sftp-server';

/** The file systems by name. */
export const fileSystems: { readonly [name: string]: OpenFileSystem } = {
  ext4: (root) =>
    mounted(root, (at) => {
      const image = join(root, 'disk.img');
      run('truncate', '-s', '16M', image);
      run('mkfs.ext4', '-q', '-F', image);
      run('mount', '-o', 'loop', image, at);
    }),
  tmpfs: (root) => mounted(root, (at) => run('mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', at)),
  overlay: (root) =>
    mounted(root, (at) => {
      const [lower, upper, work] = ['lower', 'upper', 'work'].map((name) => join(root, 'layers', name));
      // An overlay cannot lie on an overlay, which the root of a container often is.
      run('mkdir', '-p', join(root, 'layers'));
      run('mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', join(root, 'layers'));
      run('mkdir', '-p', lower ?? '', upper ?? '', work ?? '');
      const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
      run('mount', '-t', 'overlay', '-o', options, 'overlay', at);
    }),
  sshfs: async (root) => {
    if (!existsSync(sftpServer)) return `not installed: ${sftpServer}`;
    if (spawnSync('sshfs', ['--version']).status !== 0) return 'not installed: sshfs';
    if (!existsSync('/dev/fuse')) return 'there is no /dev/fuse';
    return overSftp(root);
  },
};

/** The view is a bind mount: what the kernel tells of a file, it tells of it there too. */
async function mounted(root: string, make: (at: string) => void): Promise<FileSystem | string> {
  const [disk, view] = [join(root, 'disk'), join(root, 'view')];
  mkdirSync(disk, { mode: 0o755 });
  mkdirSync(view, { mode: 0o755 });
  try {
    make(disk);
  } catch (error) {
    unmountAll(root);
    return `cannot be mounted here: ${String(error).split('\n')[1] ?? String(error)}`;
  }
  const backing = join(disk, 'logs');
  mkdirSync(backing, { mode: 0o755 });
  run('chmod', '755', disk);
  return {
    backing,
    view,
    mount: async () => run('mount', '--bind', backing, view),
    unmount: () => run('umount', '--lazy', view),
    remove: async () => unmountAll(root),
  };
}

/** A directory of this machine, reached by SFTP: no notices of the kernel, and inodes that mean nothing. */
async function overSftp(root: string): Promise<FileSystem | string> {
  const [backing, view] = [join(root, 'logs'), join(root, 'view')];
  mkdirSync(backing, { mode: 0o755 });
  mkdirSync(view, { mode: 0o755 });
  const { child, port } = await startSftp();
  const options = `directport=${port},allow_other,default_permissions,dir_cache=no,attr_timeout=0,entry_timeout=0`;
  const system: FileSystem = {
    backing,
    view,
    mount: async () => run('sshfs', `127.0.0.1:${backing}`, view, '-o', options),
    unmount: () => run('umount', '--lazy', view),
    async remove() {
      unmountAll(root);
      child.kill();
    },
  };
  try {
    await system.mount();
    system.unmount();
    return system;
  } catch (error) {
    await system.remove();
    return `cannot be mounted here: ${String(error)}`;
  }
}

/**
 * A process of its own: whoever waits for the file system, waits for it. It prints its port, and gives each
 * connection an SFTP server.
 */
const sftpListener = `
const { spawn } = require('node:child_process');
const server = require('node:net').createServer((socket) => {
  const sftp = spawn('${sftpServer}', [], { stdio: ['pipe', 'pipe', 'ignore'] });
  socket.pipe(sftp.stdin);
  sftp.stdout.pipe(socket);
  for (const stream of [socket, sftp.stdin, sftp.stdout]) stream.on('error', () => undefined);
  socket.on('close', () => sftp.kill());
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

async function startSftp(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(process.execPath, ['-e', sftpListener], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) => {
    child.stdout.once('data', (data: Buffer) => resolve(Number(data.toString())));
  });
  return { child, port };
}

function unmountAll(root: string): void {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${root}/`));
  for (const point of points.toReversed()) spawnSync('umount', ['--lazy', point]);
}

const run = (command: string, ...args: readonly string[]): void =>
  void execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
