import type { Delivery } from '../model/delivery.ts';
import type { ProbeResult } from './contract.ts';
import type { Complaint } from './http-answer.ts';
import { type JsonObject, quoted } from './http-call.ts';

/** A probe by a question that changes nothing: `sent` where the answer is as it should be. */
export const probeBy =
  (ask: (signal: AbortSignal) => Promise<Delivery>) =>
  async (signal: AbortSignal): Promise<ProbeResult> => {
    const answer = await ask(signal);
    return answer.type === 'sent'
      ? { ok: true, detail: answer.receipt ?? 'reached' }
      : { ok: false, detail: answer.detail };
  };

/** For an answer that names something: `what` it is, and its name; without a name the answer is another's. */
export const naming =
  (what: string, nameIn: (body: JsonObject | undefined) => string) =>
  (body: JsonObject | undefined): Delivery | Complaint => {
    const name = quoted(nameIn(body), []);
    return name === ''
      ? { words: 'the answer is not that of this service' }
      : { type: 'sent', receipt: `${what} ${name}` };
  };
