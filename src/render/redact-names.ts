import type { Pass } from './redact.ts';

const user = '[A-Za-z_][A-Za-z0-9_.@\\\\-]{0,63}\\$?';

/** `user=bob`, `login: bob`, `"username":"bob"`. */
const assigned = new RegExp(
  String.raw`((?<![A-Za-z])(?:r?user(?:[_-]?name)?|ruser|logname|login|account|acct|owner|uname)\\?["']?[ \t]{0,3}[=:][ \t]{0,3}\\?["']?)(${user})`,
  'gi',
);
/** `user bob`, `for invalid user bob`, `for bob from`, `by bob(uid=0)`. */
const spoken = new RegExp(
  String.raw`((?<![A-Za-z])(?:user|account) ["']?|(?<![A-Za-z])(?:for|by) (?=["']?${user}["']?(?: from |\(uid=| by \(uid)))(?!from |by |name |not |is |was |has |unknown |invalid )(["']?)(${user})`,
  'gi',
);

/** Names of people's accounts, where a log says that they are that. */
export const redactNames: Pass = (text, take) =>
  text
    .replace(assigned, (_whole, before: string, found: string) => before + take(found))
    .replace(spoken, (_whole, before: string, quote: string, found: string) => before + quote + take(found));

/** Whether a field of this name holds the name of an account. */
export const isUserName = (field: string): boolean =>
  /^(?:r?user(?:[_-]?name)?|ruser|login|logname|account|acct|owner)$/i.test(field);
