import { expect } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { standinKeys, type XStandin } from '../peers/x-standin.ts';
import { start, type Ended, type Running, type Site } from './program.ts';

/** The request token in the address that the program prints. */
const tokenIn = (stdout: string): string | undefined => /oauth_token=([^\s&]+)/.exec(stdout)?.[1];

/** Begins a login as a script does: key and secret, then the address of the page comes. */
export async function beginLogin(
  at: Site,
  account = 'bot',
  secret: string = standinKeys.consumerSecret,
): Promise<Running> {
  const running = start(at.args('auth', 'login', 'x', '--account', account), { keepInput: true });
  running.say(standinKeys.consumerKey);
  running.say(secret);
  let over = false;
  void running.ended.then(() => (over = true));
  await eventually(() => over || tokenIn(running.output().stdout) !== undefined, 'the address of the page');
  return running;
}

/** Logs in as a person would, except that the PIN is fetched by the stand-in's side door. */
export async function login(at: Site, x: XStandin): Promise<Ended> {
  const running = await beginLogin(at);
  const token = decodeURIComponent(tokenIn(running.output().stdout) ?? '');
  running.say(await x.approve(token, '1001'));
  const ended = await running.ended;
  expect(ended.stderr).toBe('');
  expect(ended.code).toBe(0);
  return ended;
}
