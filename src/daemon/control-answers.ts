import type { ControlReply, ControlRequest } from '../control/protocol.ts';
import { toJson } from '../model/json.ts';
import type { Daemon } from './daemon.ts';
import { longWaitMs, outcomeOf, shortWaitMs } from './sent-reply.ts';

/** How a reload ended. */
export type ReloadResult = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** Answers the commands that reach the daemon by its socket. */
export function answerControl(
  daemon: Daemon,
  reload: () => Promise<ReloadResult>,
): (request: ControlRequest) => Promise<ControlReply> {
  return async (request) => {
    switch (request.command) {
      case 'status':
        return { ok: true, value: toJson(daemon.status()) };
      case 'reload': {
        const result = await reload();
        return result.ok
          ? { ok: true, value: {} }
          : { ok: false, error: { code: 'reload-failed', message: result.detail } };
      }
      case 'send': {
        const { to, text, severity, wait } = request.args;
        const alerts = await daemon.send({ to, text, severity });
        return { ok: true, value: await outcomeOf(daemon, alerts, wait ? longWaitMs : shortWaitMs) };
      }
      case 'resolve': {
        const { alert, why } = request.args;
        return { ok: true, value: { resolved: await daemon.resolve(alert, why) } };
      }
    }
  };
}
