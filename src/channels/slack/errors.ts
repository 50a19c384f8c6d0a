import type { FailureReason } from '../../model/delivery.ts';
import type { Complaint } from '../http-answer.ts';

/**
 * What Slack's error codes mean: those of chat.postMessage and chat.update, which come with status 200 and
 * `ok: false`, and those of incoming webhooks, which are the body of a refusal
 * (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors).
 */
const reasons: Readonly<Partial<Record<FailureReason, readonly string[]>>> = {
  auth: [
    'invalid_auth',
    'not_authed',
    'account_inactive',
    'token_revoked',
    'token_expired',
    'missing_scope',
    'not_allowed_token_type',
    'no_permission',
    'org_login_required',
    'ekm_access_denied',
    'enterprise_is_restricted',
    'team_access_not_granted',
    'access_denied',
    'accesslimited',
    'two_factor_setup_required',
    'invalid_token',
    'no_service',
    'no_service_id',
    'no_active_hooks',
    'no_team',
    'team_disabled',
    'action_prohibited',
    'posting_to_general_channel_denied',
  ],
  recipient: [
    'channel_not_found',
    'not_in_channel',
    'is_archived',
    'channel_is_archived',
    'user_not_found',
    'restricted_action',
    'restricted_action_read_only_channel',
    'restricted_action_thread_only_channel',
    'restricted_action_non_threadable_channel',
    'messages_tab_disabled',
    'cannot_dm_bot',
    'is_inactive',
  ],
  rateLimited: ['ratelimited', 'rate_limited', 'message_limit_exceeded', 'too_many_requests'],
  tooLong: ['msg_too_long', 'msg_blocks_too_long', 'too_long'],
  unavailable: [
    'internal_error',
    'fatal_error',
    'service_unavailable',
    'request_timeout',
    'rollup_error',
    'team_added_to_org',
    'team_not_found',
  ],
};

const gone: readonly string[] = [
  'message_not_found',
  'thread_not_found',
  'cannot_reply_to_message',
  'invalid_thread_ts',
  'restricted_action_thread_locked',
  'edit_window_closed',
  'cant_update_message',
  'cant_broadcast_message',
];

/** What a code of Slack means; anything that is no code says nothing. */
export function slackComplaint(code: string): Complaint {
  if (!/^[a-z_]{1,60}$/.test(code)) return {};
  const found = Object.entries(reasons).find(([, codes]) => codes.includes(code));
  return { words: code, ...(found === undefined ? {} : { reason: found[0] as FailureReason }) };
}

/** Whether a code says that the message referred to is not there, or cannot be answered or changed. */
export const isGone = (code: string): boolean => gone.includes(code);
