import { spawnSync } from 'node:child_process';
import type { Network } from '../../../src/model/intent.ts';
import { bytesOf } from './bytes.ts';
import type { Sandbox } from './sandbox.ts';

/** Sends by sockets, one connection a text, best effort: nothing waits and nothing is told. */
export interface Sockets {
  send(network: Network, address: string, text: string): void;
}

/** Node alone cannot send synchronously, nor to datagram sockets of UNIX. */
const SENDER = `use IO::Socket::UNIX; use IO::Socket::IP; use Socket;
my ($network, $address) = @ARGV; local $/; my $text = <STDIN>;
my ($host, $port) = $address =~ /^(.*):(\\d+)$/;
my $socket = $network eq 'udgram' ? IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => $address)
  : $network eq 'ustream' ? IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $address)
  : IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Proto => $network, Timeout => 2);
exit 0 unless $socket;
$socket->syswrite($text);`;

export function createSockets(sandbox: Sandbox): Sockets {
  return {
    send(network, address, text) {
      const args = ['-e', SENDER, network, bytesOf(address).toString('utf8')];
      spawnSync('perl', args, {
        cwd: sandbox.folder,
        input: bytesOf(text),
        stdio: ['pipe', 'ignore', 'ignore'],
      });
    },
  };
}
