import { z } from 'zod';
import { present } from '../../kit/assert.ts';
import { byteLength } from '../../kit/text.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { plainShape } from '../../render/x-text.ts';
import { notAuthorised, runAttempt } from '../attempt-course.ts';
import { formatOption, payloadOf } from '../bus-format.ts';
import { fileCertificate, serverCertificate } from '../certificate.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts, ProbeResult } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { loginOptions, readLogin } from '../login-option.ts';
import { optionalPeer } from '../optional-peer.ts';
import { certificateOptions, readAddress, type Schemes, serverObjections } from '../server-address.ts';
import { openTrust, type Trust } from '../syslog/trust.ts';
import { compileOptions, type OptionTemplate } from '../template-option.ts';
import { type Broker, type Library, publish } from './publish.ts';

const schemes: Schemes = {
  mqtt: { port: 1883, encrypted: false },
  mqtts: { port: 8883, encrypted: true },
};

const options = z
  .strictObject({
    server: z.string().describe('The broker: mqtts://host[:8883] (TLS) or mqtt://host[:1883] (in the open).'),
    topic: z
      .string()
      .min(1)
      .max(2000)
      .default('bird-sentinel/{{ severity }}/{{ rule }}')
      .describe('Where to publish; a template of the alert, whose values cannot begin a level of their own.'),
    format: formatOption,
    retain: z
      .boolean()
      .default(false)
      .describe('Whether the broker keeps the message for those who come later to its topic.'),
    'protocol-version': z
      .literal([4, 5])
      .default(5)
      .describe(
        'Either 5, or 4 for brokers that know MQTT 3.1.1 only; these cannot say that they refuse a message.',
      ),
    'client-id': z
      .string()
      .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be letters, digits and _ . : -')
      .optional()
      .describe('The name of this client to the broker. Default: another one for each connection.'),
    ...loginOptions,
    ...certificateOptions,
    timeout: durationOption(millis(5 * 60_000))
      .default('10s')
      .describe('How long one message may take, from connecting to its acknowledgement.'),
  })
  .superRefine((given, context) => {
    for (const [option, message] of serverObjections(given, schemes))
      context.addIssue({ code: 'custom', path: [option], message });
  });

type Options = z.infer<typeof options>;

/** A bus of messages: MQTT 5 or 3.1.1, at least once. */
export const mqtt: ChannelKind<Options> = {
  kind: 'mqtt',
  summary: 'A message to an MQTT broker, acknowledged by it (QoS 1).',
  options,
  concurrency: 1,
  budgets: [],
  resolved: true,
  needs: 'npm package mqtt',
  shownAgainst: 'mosquitto 2.0.11',
  isSilent: true,
  templates: ['topic'],
  shape: plainShape,
  open: async (options, ports): Promise<Channel> => {
    const library: Library = await optionalPeer('mqtt', () => import('mqtt'));
    const { topic } = await compileOptions({ topic: options.topic });
    const trust = openTrust({
      ca: ports.http.ca,
      certFile: options['cert-file'],
      keyFile: options['key-file'],
    });
    const world: World = { options, ports, library, topic, trust };
    return {
      send: (attempt) => send(world, attempt),
      probe: (signal) => probe(world, signal),
      close: async () => undefined,
    };
  },
  expiries: async ({ server, 'cert-file': file }, _ports, signal) => {
    const address = readAddress(server, schemes);
    const theirs = address?.encrypted === true ? await serverCertificate(address, signal) : [];
    return [...theirs, ...(file === undefined ? [] : await fileCertificate(file))];
  },
};

interface World {
  readonly options: Options;
  readonly ports: ChannelPorts;
  readonly library: Library;
  readonly topic: OptionTemplate;
  readonly trust: () => Promise<Trust>;
}

/** What separates or stands for levels of a topic, or hides one (MQTT 5.0, section 4.7), in a value of the alert. */
const oneLevel = (text: string): string => text.replace(/[+#/$\p{Cc}\p{Surrogate}\ufffe\uffff]/gu, '_');

async function send(world: World, attempt: Attempt): Promise<Delivery> {
  const { options, ports } = world;
  const topic = world.topic.fill(attempt.message.payload, ports.now(), oneLevel);
  if ('detail' in topic) return { type: 'failed', reason: 'recipient', detail: topic.detail };
  const objection = topicObjection(topic.text);
  if (objection !== undefined) return { type: 'failed', reason: 'recipient', detail: objection };
  const payload = payloadOf(options.format, attempt);
  return exchange(world, { topic: topic.text, payload, retain: options.retain }, attempt.signal);
}

const longestTopic = 1000;

function topicObjection(topic: string): string | undefined {
  if (topic === '') return 'the topic is empty';
  if (/[+#\p{Cc}]/u.test(topic)) return 'the topic holds +, # or a control character';
  return byteLength(topic) > longestTopic ? `the topic is longer than ${longestTopic} bytes` : undefined;
}

async function probe(world: World, signal: AbortSignal): Promise<ProbeResult> {
  if (world.topic.mistake !== undefined) return { ok: false, detail: world.topic.mistake };
  const end = await exchange(world, undefined, signal);
  return end.type === 'sent'
    ? { ok: true, detail: 'the broker takes us' }
    : { ok: false, detail: end.detail };
}

async function exchange(
  { options, ports, library, trust }: World,
  publication: Parameters<typeof publish>[3],
  signal: AbortSignal,
): Promise<Delivery> {
  const login = await readLogin(options);
  if (!login.ok) return notAuthorised(login.detail);
  const trusted = await trust();
  if (!trusted.ok) return notAuthorised(trusted.detail);
  const broker: Broker = {
    address: present(readAddress(options.server, schemes), 'an MQTT broker'),
    context: trusted.context,
    login: login.login,
    clientId: options['client-id'] ?? `bird-${Buffer.from(ports.randomBytes(8)).toString('hex')}`,
    protocolVersion: options['protocol-version'],
  };
  const limits = { timeoutMs: durationOf(options.timeout), signal };
  return runAttempt(limits, (course) => publish(library, broker, course, publication));
}
