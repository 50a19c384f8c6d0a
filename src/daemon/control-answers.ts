import type { ControlReply, ControlRequest } from '../control/protocol.ts';
import { toJson } from '../model/json.ts';
import type { Daemon } from './contract.ts';
import { longWaitMs, outcomeOf, shortWaitMs } from './sent-reply.ts';

/** How a reload ended. */
export type ReloadResult = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** Answers the commands that reach the daemon by its socket. */
export function answerControl(
  daemon: Daemon,
  reload: () => Promise<ReloadResult>,
): (request: ControlRequest) => Promise<ControlReply> {
  return async (request) => {
    const trouble = daemon.trouble();
    // What cannot be kept must not pile up, and whoever asked must know.
    if (trouble !== undefined && !harmless.has(request.command)) {
      return refused('ledger', `the ledger cannot be written, so nothing was done: ${trouble.detail}`);
    }
    switch (request.command) {
      case 'status':
        return { ok: true, value: toJson(daemon.status()) };
      case 'metrics':
        return { ok: true, value: toJson(await daemon.metrics()) };
      case 'open-alerts':
        return { ok: true, value: toJson(daemon.openAlerts(request.args.limit)) };
      case 'reload': {
        const result = await reload();
        return result.ok ? { ok: true, value: {} } : refused('reload-failed', result.detail);
      }
      case 'send': {
        const { wait, ...message } = request.args;
        const alerts = await daemon.send(message);
        return { ok: true, value: await outcomeOf(daemon, alerts, wait ? longWaitMs : shortWaitMs) };
      }
      case 'resolve': {
        const { alert, why } = request.args;
        return forOpenAlert(daemon, alert, (id) => daemon.resolve(id, why));
      }
      case 'acknowledge': {
        const { alert, author, note } = request.args;
        return forOpenAlert(daemon, alert, (id) => daemon.acknowledge(id, author, note));
      }
      case 'silence-add': {
        const silence = await daemon.silence(request.args);
        return silence === undefined
          ? refused('not-silenced', 'it would end before it begins or now, or there are too many silences')
          : { ok: true, value: { silence } };
      }
      case 'silence-list':
        return { ok: true, value: toJson({ silences: daemon.silences() }) };
      case 'silence-expire':
        return expire(daemon, request.args.silence);
    }
  };
}

/** What changes nothing in the ledger, or says itself why it could not. */
const harmless: ReadonlySet<ControlRequest['command']> = new Set([
  'status',
  'metrics',
  'open-alerts',
  'silence-list',
  'reload',
]);

async function forOpenAlert(
  daemon: Daemon,
  prefix: string,
  act: (id: string) => Promise<boolean>,
): Promise<ControlReply> {
  const found = theOne('alert', idOf(prefix), daemon.find(idOf(prefix)));
  if (!found.ok) return found;
  return (await act(found.id))
    ? { ok: true, value: { alert: found.id } }
    : refused('not-open', `alert ${found.id} is over`);
}

async function expire(daemon: Daemon, prefix: string): Promise<ControlReply> {
  const ids = daemon.silences().map(({ id }) => id);
  const found = theOne(
    'silence',
    prefix,
    ids.filter((id) => id.startsWith(idOf(prefix))),
  );
  if (!found.ok) return found;
  await daemon.expire(found.id);
  return { ok: true, value: { silence: found.id } };
}

/** Ids are written with a `#` in messages, and read by people. */
const idOf = (written: string): string => written.replace(/^#/, '').toUpperCase();

function theOne(
  what: string,
  prefix: string,
  ids: readonly string[],
): { readonly ok: true; readonly id: string } | ReturnType<typeof refused> {
  const [id, other] = ids;
  if (id === undefined) return refused('unknown', `no ${what} begins with '${prefix}'`);
  if (other !== undefined)
    return refused('ambiguous', `several ${what}s begin with '${prefix}': ${ids.join(' ')}`);
  return { ok: true, id };
}

const refused = (code: string, message: string) => ({ ok: false, error: { code, message } }) as const;
