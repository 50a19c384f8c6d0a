import type { Delivery } from '../../model/delivery.ts';
import type { Instant } from '../../model/time.ts';
import type { Attempt } from '../contract.ts';
import type { HttpAnswer } from '../http.ts';
import type { AccountCall, XAccount, XReply } from './account.ts';
import { deliveryOfFailure, deliveryOfProblem, type Judged } from './classify.ts';
import { limitReports } from './limits.ts';
import { isObject, parseObject } from './problem.ts';

/** A user as `users/me` and `users/by/username` tell of one. */
export interface XUser {
  readonly id: string;
  readonly username: string;
  /** Undefined: not told. */
  readonly protected?: boolean;
  readonly receivesYourDm?: boolean;
  /** What the token may do, as X says in passing: `read`, `read-write`, `read-write-directmessages`. */
  readonly access?: string;
}

/** Something that was asked for, or what not getting it means for an attempt. */
export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly delivery: Delivery };

/** Sends one direct message to a user, named by id. */
export const sendDirectMessage = (account: XAccount, userId: string, attempt: Attempt): Promise<Delivery> =>
  write(account, attempt, `/2/dm_conversations/with/${userId}/messages`, 'dm_event_id');

/** Publishes one post. */
export const sendPost = (account: XAccount, attempt: Attempt): Promise<Delivery> =>
  write(account, attempt, '/2/tweets', 'id');

/** Who the account itself is. Costs as much as a look-up of any user. */
export const askMe = (account: XAccount, signal: AbortSignal): Promise<Asked<XUser>> =>
  askUser(account, '/2/users/me?user.fields=protected', signal);

/** Looks a user up by name. An unknown name is a failure of the recipient. */
export const askByName = (account: XAccount, name: string, signal: AbortSignal): Promise<Asked<XUser>> =>
  askUser(account, `/2/users/by/username/${encodeURIComponent(name)}?user.fields=receives_your_dm`, signal);

async function write(account: XAccount, attempt: Attempt, path: string, idMember: string): Promise<Delivery> {
  const text = attempt.message.parts[attempt.part] ?? '';
  const reply = await account.call({ method: 'POST', path, json: { text } }, attempt.signal);
  const judged = { now: account.now(), mayHaveArrived: attempt.mayHaveArrived };
  if (!reply.ok) return deliveryWithout(reply);
  return deliveryOfWrite(reply.answer, idMember, judged);
}

function deliveryOfWrite(answer: HttpAnswer, idMember: string, judged: Judged): Delivery {
  if (answer.status < 200 || answer.status > 299) return deliveryOfProblem(answer, judged);
  const body = parseObject(answer.body);
  const limits = limitReports(answer, judged.now);
  const data = body?.['data'];
  const id = isObject(data) ? data[idMember] : undefined;
  if (typeof id === 'string' && /^\d{1,20}$/.test(id)) return { type: 'sent', receipt: id, limits };
  if (Array.isArray(body?.['errors']) && data === undefined) return deliveryOfProblem(answer, judged);
  // "Created" is said once it is; what is wrong with the rest of the answer does not undo it.
  if (answer.status === 201) return { type: 'sent', limits };
  return { type: 'unknown', detail: `X answered HTTP ${answer.status} without saying what it did`, limits };
}

async function askUser(account: XAccount, path: string, signal: AbortSignal): Promise<Asked<XUser>> {
  const call: AccountCall = { method: 'GET', path };
  const reply = await account.call(call, signal);
  if (!reply.ok) return { ok: false, delivery: asQuestion(deliveryWithout(reply)) };
  const user = readUser(reply.answer);
  if (user !== undefined) return { ok: true, value: user };
  return { ok: false, delivery: asQuestion(deliveryOfNoUser(reply.answer, account.now())) };
}

function deliveryOfNoUser(answer: HttpAnswer, now: Instant): Delivery {
  const complains = answer.status > 299 || Array.isArray(parseObject(answer.body)?.['errors']);
  if (complains) return deliveryOfProblem(answer, { now, mayHaveArrived: false });
  return { type: 'unknown', detail: `X answered HTTP ${answer.status} without the user that was asked for` };
}

function readUser(answer: HttpAnswer): XUser | undefined {
  const data = answer.status === 200 ? parseObject(answer.body)?.['data'] : undefined;
  if (!isObject(data)) return undefined;
  const { id, username, protected: isProtected, receives_your_dm: receives } = data;
  if (typeof id !== 'string' || !/^\d{1,19}$/.test(id) || typeof username !== 'string') return undefined;
  const access = answer.headers['x-access-level'];
  return {
    id,
    username: username.replace(/[^A-Za-z0-9_]/g, ''),
    ...(typeof isProtected === 'boolean' ? { protected: isProtected } : {}),
    ...(typeof receives === 'boolean' ? { receivesYourDm: receives } : {}),
    ...(access === undefined ? {} : { access }),
  };
}

const deliveryWithout = (reply: Extract<XReply, { ok: false }>): Delivery =>
  'failure' in reply ? deliveryOfFailure(reply.failure) : reply.delivery;

/** A question changes nothing, so an unclear outcome only means to ask again. */
const asQuestion = (delivery: Delivery): Delivery =>
  delivery.type === 'unknown' ? { type: 'retry', reason: 'unavailable', detail: delivery.detail } : delivery;
