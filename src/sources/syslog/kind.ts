import { z } from 'zod';
import type { SourceKind } from '../contract.ts';
import { listeningOptions, stationOptionsOf, streamOptions } from '../net/listening-options.ts';
import { receive } from '../net/receive.ts';
import type { StationOptions } from '../net/station.ts';
import { createSyslogWire } from './framing.ts';

const settings = z.strictObject({
  ...listeningOptions(['udp', 'tcp', 'tls', 'unix'], 'udp://127.0.0.1:5514'),
  ...streamOptions,
});

const syslogOptions: z.ZodType<StationOptions> = z
  .strictObject({
    syslog: settings
      .refine(({ listen, tls }) => tls !== undefined || listen.every(({ over }) => over !== 'tls'), {
        message: 'tls:// needs "tls" with "cert-file" and "key-file"',
      })
      .describe('Where syslog messages are listened for.'),
  })
  .transform(({ syslog }) => stationOptionsOf(syslog));

export const syslogKind: SourceKind<StationOptions> = {
  kind: 'syslog',
  summary: 'Syslog messages from the network, over UDP, TCP or TLS, or from a UNIX socket.',
  options: syslogOptions,
  addsFields: true,
  rewinds: false,
  open: (options, ports) =>
    receive('syslog', options, ({ maxMessage }) => createSyslogWire(maxMessage), ports),
};
