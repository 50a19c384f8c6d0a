import { connect, type Socket } from 'node:net';
import type { Millis } from '../../model/time.ts';
import { codeOf } from '../private-file.ts';
import { type InitPacket, initPacketSize, readInitPacket } from './packet.ts';

/** One connection to a daemon. */
export interface Call {
  readonly server: string;
  readonly port: number;
  /** For the connection as a whole. */
  readonly timeout: Millis;
  /** How long to listen whether the daemon hangs up on the packet; 0 for not at all. */
  readonly listen: Millis;
  readonly signal: AbortSignal;
  /** What to send for the daemon's greeting; undefined: nothing, the greeting was all that was asked. */
  readonly packet: (init: InitPacket) => Buffer | undefined;
}

/**
 * How a connection ended. `notSent`: not one byte of the packet left; `hungUp`: the daemon closed before
 * we did, which it does with a packet it cannot read and not with one it took; `closed`: after us;
 * `greeted`: there was nothing to send; `lost`: none of these, after the packet began to leave.
 */
export type CallEnd =
  | { readonly type: 'notSent'; readonly reason: 'unavailable' | 'timeout'; readonly detail: string }
  | { readonly type: 'greeted'; readonly init: InitPacket }
  | { readonly type: 'closed' | 'hungUp' }
  | { readonly type: 'lost'; readonly detail: string };

/** Makes one call. Never rejects; nothing of it is left when it settles. */
export function callDaemon(call: Call): Promise<CallEnd> {
  return new Promise((resolve) => {
    if (call.signal.aborted) return resolve(notSent('stopped before it began'));
    const socket = connect({ host: call.server, port: call.port, allowHalfOpen: true });
    let stage: Stage = 'connecting';
    let listening: NodeJS.Timeout | undefined;
    const end = (how: CallEnd): void => {
      clearTimeout(deadline);
      clearTimeout(listening);
      call.signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(how);
    };
    const fail = (reason: 'unavailable' | 'timeout', detail: string): void =>
      end(isSending(stage) ? { type: 'lost', detail } : { type: 'notSent', reason, detail });
    const stop = (): void => fail('unavailable', 'stopped by the shutdown');
    const deadline = setTimeout(() => fail('timeout', overdue[stage]), call.timeout);
    const finish = (): void => {
      stage = 'closing';
      socket.end();
    };
    call.signal.addEventListener('abort', stop);
    socket.on('connect', () => (stage = 'greeting'));
    socket.on('error', (error) => fail('unavailable', `${broken[stage]} (${codeOf(error)})`));
    socket.on('end', () => {
      if (stage === 'listening') return end({ type: 'hungUp' });
      if (stage === 'closing') return end({ type: 'closed' });
      fail('unavailable', broken[stage]);
    });
    onGreeting(socket, (init) => {
      if (init === undefined) return fail('unavailable', 'what answers there is no NSCA daemon');
      const packet = call.packet(init);
      if (packet === undefined) return end({ type: 'greeted', init });
      stage = 'sending';
      socket.write(packet, (error) => {
        if (error !== undefined && error !== null) return;
        stage = 'listening';
        if (call.listen === 0) finish();
        else listening = setTimeout(finish, call.listen);
      });
    });
  });
}

type Stage = 'connecting' | 'greeting' | 'sending' | 'listening' | 'closing';

const isSending = (stage: Stage): boolean => stage !== 'connecting' && stage !== 'greeting';

const broken: { readonly [stage in Stage]: string } = {
  connecting: 'no connection',
  greeting:
    'the daemon hung up before its greeting: this address is not in allowed_hosts, or it lacks the method',
  sending: 'the connection broke while the packet was sent',
  listening: 'the connection broke after the packet',
  closing: 'the connection broke after the packet',
};

const overdue: { readonly [stage in Stage]: string } = {
  connecting: 'no connection in time',
  greeting: 'no greeting in time: what answers there is no NSCA daemon, or it hangs',
  sending: 'the packet could not be sent in time',
  listening: 'out of time after the packet',
  closing: 'the daemon did not close in time: it hangs, perhaps because nobody reads its command file',
};

const notSent = (detail: string): CallEnd => ({ type: 'notSent', reason: 'unavailable', detail });

/** Calls once with the init packet, or with nothing when more comes than that. */
function onGreeting(socket: Socket, greet: (init: InitPacket | undefined) => void): void {
  let read = Buffer.alloc(0);
  let greeted = false;
  socket.on('data', (chunk: Buffer) => {
    // A daemon says nothing after its greeting; whoever does is not read on.
    if (greeted) return;
    read = Buffer.concat([read, chunk]);
    if (read.length < initPacketSize) return;
    greeted = true;
    greet(read.length === initPacketSize ? readInitPacket(read) : undefined);
  });
}
