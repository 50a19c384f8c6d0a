import type { Intent, Network } from '../../../model/intent.ts';
import type { Scene } from '../scene.ts';
import type { ActionOf, ActionPorts, Acts } from './contract.ts';

type OutputType =
  | 'logonly'
  | 'write'
  | 'writen'
  | 'owritecl'
  | 'closef'
  | 'udgram'
  | 'ustream'
  | 'udpsock'
  | 'tcpsock'
  | 'closeudgr'
  | 'closeustr'
  | 'closeudp'
  | 'closetcp';

const NETWORKS = {
  udgram: 'udgram',
  ustream: 'ustream',
  udpsock: 'udp',
  tcpsock: 'tcp',
  closeudgr: 'udgram',
  closeustr: 'ustream',
  closeudp: 'udp',
  closetcp: 'tcp',
} as const satisfies { readonly [action: string]: Network };

const HOW = { write: 'line', writen: 'text', owritecl: 'once' } as const;

/** Texts to files, sockets and the log. */
export function createOutputActions({ outputs, texts }: ActionPorts): Acts<OutputType> {
  const write = ({ type, file, text }: ActionOf<'write' | 'writen' | 'owritecl'>, scene: Scene): void =>
    outputs.do(scene, type, {
      type: 'write',
      file: texts.inList(file, scene),
      how: HOW[type],
      text: texts.inList(text, scene),
    });

  const send = (
    { type, address, text }: ActionOf<'udgram' | 'ustream' | 'udpsock' | 'tcpsock'>,
    scene: Scene,
  ): void =>
    outputs.do(scene, type, {
      type: 'send',
      network: NETWORKS[type],
      address: texts.inList(address, scene),
      text: texts.inList(text, scene),
    });

  const hangUp = (
    { type, address }: ActionOf<'closeudgr' | 'closeustr' | 'closeudp' | 'closetcp'>,
    scene: Scene,
  ): void =>
    outputs.do(scene, type, {
      type: 'hangUp',
      network: NETWORKS[type],
      address: texts.inList(address, scene),
    });

  return {
    logonly: ({ text }, scene) =>
      outputs.do(scene, 'logonly', { type: 'log', text: texts.inList(text, scene) }),
    write,
    writen: write,
    owritecl: write,
    closef: ({ file }, scene) =>
      outputs.do(scene, 'closef', { type: 'closeFile', file: texts.inList(file, scene) }),
    udgram: send,
    ustream: send,
    udpsock: send,
    tcpsock: send,
    closeudgr: hangUp,
    closeustr: hangUp,
    closeudp: hangUp,
    closetcp: hangUp,
  };
}

/** A text and a newline on standard output. */
export function printed(text: string): Intent {
  return { type: 'write', file: '-', how: 'line', text };
}

/** Where a `%` variable in another form than the texts' own is needed: the scene with another `%s`. */
export const withDesc = (scene: Scene, desc: string): Scene => ({ ...scene, desc });
