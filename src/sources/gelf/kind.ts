import { z } from 'zod';
import type { SourceKind } from '../contract.ts';
import { listeningOptions, stationOptionsOf } from '../net/listening-options.ts';
import { receive } from '../net/receive.ts';
import type { StationOptions } from '../net/station.ts';
import { createGelfWire } from './wire.ts';

const gelfOptions: z.ZodType<StationOptions> = z
  .strictObject({
    gelf: z
      .strictObject(listeningOptions(['udp', 'tcp'], 'udp://127.0.0.1:12201'))
      .describe('Where messages in the Graylog Extended Log Format are listened for.'),
  })
  .transform(({ gelf }) => stationOptionsOf(gelf));

export const gelfKind: SourceKind<StationOptions> = {
  kind: 'gelf',
  summary: 'Messages in the Graylog Extended Log Format, over UDP or TCP.',
  options: gelfOptions,
  addsFields: true,
  rewinds: false,
  open: (options, ports) => receive('gelf', options, ({ maxMessage }) => createGelfWire(maxMessage), ports),
};
