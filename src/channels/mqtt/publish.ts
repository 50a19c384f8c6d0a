import type { IClientOptions, MqttClient } from 'mqtt';
import type { SecureContext } from 'node:tls';
import type { Delivery } from '../../model/delivery.ts';
import { type Course, notAuthorised, tryAgain } from '../attempt-course.ts';
import { connectTo, type ServerAddress } from '../server-address.ts';

/** What is used of the package mqtt. */
export interface Library {
  readonly MqttClient: typeof MqttClient;
}

export interface Broker {
  readonly address: ServerAddress;
  readonly context: SecureContext | undefined;
  readonly login: { readonly user: string; readonly password: string } | undefined;
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
}

export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** After its answer a broker gets this long to close the connection. */
const goodbyeMs = 1000;

/**
 * Connects, publishes with QoS 1, and takes the acknowledgement for the proof; undefined: only connects.
 * Rejects when the connection breaks.
 */
export async function publish(
  library: Library,
  broker: Broker,
  course: Course,
  publication: Publication | undefined,
): Promise<Delivery> {
  const socket = connectTo(broker.address, broker.context);
  const client = new library.MqttClient(() => socket, settingsOf(broker));
  let isDone = false;
  course.atEnd(() => {
    client.end(!isDone);
    if (!isDone) socket.destroy();
    else setTimeout(() => socket.destroy(), goodbyeMs).unref();
  });
  const broken = new Promise<never>((_, reject) => {
    socket.on('error', reject);
    client.on('error', reject);
    client.on('close', () => reject(closedByPeer()));
  });
  broken.catch(() => undefined);
  try {
    await Promise.race([broken, new Promise<void>((resolve) => client.once('connect', () => resolve()))]);
    const delivery =
      publication === undefined
        ? ({ type: 'sent' } as const)
        : await Promise.race([broken, acknowledged(client, course, publication)]);
    isDone = true;
    return delivery;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== undefined) return refusal;
    throw error;
  }
}

function settingsOf({ login, clientId, protocolVersion }: Broker): IClientOptions {
  return {
    clientId,
    protocolVersion,
    clean: true,
    reconnectPeriod: 0,
    // The course of the attempt has its own limit.
    connectTimeout: 2 ** 31 - 1,
    ...(login === undefined ? {} : { username: login.user, password: login.password }),
  };
}

const acknowledged = (client: MqttClient, course: Course, { topic, payload, retain }: Publication) =>
  new Promise<Delivery>((resolve, reject) => {
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'puback') resolve(deliveryOf(packet.reasonCode ?? 0));
      if (packet.cmd === 'disconnect') resolve(deliveryOfEnd(packet.reasonCode ?? 0));
    });
    course.leaves();
    client.publish(topic, payload, { qos: 1, retain }, (error) => {
      if (error instanceof Error) reject(error);
    });
  });

/** Reason codes of PUBACK (MQTT 5.0, section 3.4.2.1); brokers of 3.1.1 acknowledge what they throw away. */
function deliveryOf(code: number): Delivery {
  const detail = `the broker refuses the message (reason code ${code})`;
  if (code === 0x10) return { type: 'sent', receipt: 'PUBACK; nobody listens to the topic' };
  if (code < 0x80) return { type: 'sent', receipt: 'PUBACK' };
  if (code === 0x87) return { type: 'failed', reason: 'auth', detail };
  if (code === 0x90) return { type: 'failed', reason: 'recipient', detail };
  if (code === 0x97) return tryAgain('rateLimited', detail);
  return { type: 'failed', reason: 'rejected', detail };
}

/**
 * Reason codes of a DISCONNECT that comes instead of the PUBACK (MQTT 5.0, section 3.14.2.1): that the packet was
 * too large, its retain or its QoS not supported, or the quota used up. Others say nothing of the message.
 */
function deliveryOfEnd(code: number): Delivery {
  const detail = `the broker ends the connection over the message (reason code ${code})`;
  if (code === 0x95) return { type: 'failed', reason: 'tooLong', detail };
  if (code === 0x9a || code === 0x9b) return { type: 'failed', reason: 'rejected', detail };
  if (code === 0x87) return { type: 'failed', reason: 'auth', detail };
  if (code === 0x96 || code === 0x97) return tryAgain('rateLimited', detail);
  return { type: 'unknown', detail: `the broker ended the connection (reason code ${code})` };
}

/** A broker that does not take us: reason codes of CONNACK (MQTT 5.0, 3.2.2.2; MQTT 3.1.1, 3.2.2.3). */
function refusalOf(error: unknown): Delivery | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  const detail = `the broker refuses the connection (reason code ${code})`;
  if ([2, 4, 5, 0x85, 0x86, 0x87, 0x8a, 0x8c].includes(code)) return notAuthorised(detail);
  return tryAgain(code === 0x97 || code === 0x9f ? 'rateLimited' : 'unavailable', detail);
}

function codeOf(error: unknown): number | undefined {
  const given = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof given === 'number' ? given : undefined;
}

const closedByPeer = (): Error =>
  Object.assign(new Error('the broker closed the connection'), { code: 'ECONNRESET' });
