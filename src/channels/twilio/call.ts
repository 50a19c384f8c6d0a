import { z } from 'zod';
import { fitted } from '../fitted-text.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import type { Channel, ChannelKind } from '../contract.ts';
import { openService } from '../http-call.ts';
import { xmlText } from '../xml-text.ts';
import { accountOptions, askAccount, create, e164 } from './account.ts';

const options = z.strictObject({
  ...accountOptions,
  to: e164.describe('Whose phone rings.'),
  from: e164.describe('The number of the account that it comes from.'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/, 'must be a language such as en-GB')
    .default('en-US')
    .describe('In which the text is read out.'),
  voice: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,64}$/)
    .optional()
    .describe('Whose voice, as Twilio names it: Polly.Joanna. Default: Twilio’s own.'),
  repeat: z.int().min(1).max(5).default(2).describe('How often it is read out.'),
});

type Options = z.infer<typeof options>;

/** Half a minute of speech. */
const shape: TextShape = { ...plainShape, limit: 400 };

/**
 * A call that reads the alert out. By https://www.twilio.com/docs/voice/api/call-resource (Twiml, 4,000
 * characters at most) and https://www.twilio.com/docs/voice/twiml/say. `price`: $0.014 for a minute to the
 * United States, by https://www.twilio.com/en-us/voice/pricing/us. Taken for sent when Twilio will dial:
 * whether somebody picked up is not known.
 */
export const twilioCall: ChannelKind<Options> = {
  kind: 'twilio-call',
  summary: 'A phone call by Twilio that reads the alert out.',
  options,
  concurrency: 1,
  budgets: [],
  price: 0.014,
  resolved: false,
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape,
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    const { to, from } = options;
    return {
      send: (attempt) => {
        const Twiml = twiml(attempt.message.parts[attempt.part] ?? '', options);
        return create({ service, account: options, ports }, 'Calls', { To: to, From: from, Twiml }, attempt);
      },
      probe: askAccount({ service, account: options, ports }),
      close: () => service.close(),
    };
  },
};

/** What is read out. Escaping may make a sign six: the limit holds for the worst of texts. */
function twiml(text: string, { language, voice, repeat }: Options): string {
  const said = xmlText(fitted(text, shape.limit));
  const how = `language="${language}"${voice === undefined ? '' : ` voice="${voice}"`} loop="${repeat}"`;
  return `<Response><Pause length="1"/><Say ${how}>${said}</Say></Response>`;
}
