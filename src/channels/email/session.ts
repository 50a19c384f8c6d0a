import { Readable } from 'node:stream';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { failureOf } from '../http-failure.ts';

/** The step of a session at which a reply came (RFC 5321, section 4.1.4). */
export type Step = 'session' | 'login' | 'sender' | 'recipients' | 'data';

/** A recipient the server would not take, with its words. */
export interface Refusal {
  readonly recipient: string;
  readonly code: number;
  readonly reply: string;
}

/**
 * How a session ended. `refused`: by a reply, at that step; nobody was sent anything. `broken`: without
 * one; `perhapsSent` once the end of the mail may have reached the server.
 */
export type SessionEnd =
  | {
      readonly type: 'accepted';
      readonly reply: string;
      readonly accepted: readonly string[];
      readonly refused: readonly Refusal[];
    }
  | {
      readonly type: 'refused';
      readonly step: Step;
      readonly code: number;
      readonly reply: string;
      readonly refused: readonly Refusal[];
    }
  | { readonly type: 'noLogin' | 'tooLarge' }
  | {
      readonly type: 'broken';
      readonly perhapsSent: boolean;
      readonly cause: 'timeout' | 'stopped' | 'connection';
      readonly detail: string;
    };

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What is done in a session: without `mail` it ends after the login. */
export interface Errand {
  readonly credentials?: Credentials;
  readonly mail?: { readonly from: string; readonly to: readonly string[]; readonly content: Buffer };
  readonly totalMs: number;
  readonly signal: AbortSignal;
}

/** After its answer a server gets this long to say goodbye. */
const goodbyeMs = 2000;

/** One session from greeting to QUIT. Never rejects; ends within `totalMs` or as soon as `signal` is aborted. */
export function runSession(connection: SMTPConnection, errand: Errand): Promise<SessionEnd> {
  const { credentials, mail, signal } = errand;
  return new Promise((resolve) => {
    const progress = { over: false, bodyRead: false };
    const end = (how: SessionEnd): void => {
      if (progress.over) return;
      progress.over = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      leave(connection, how);
      resolve(how);
    };
    const broken = (cause: 'timeout' | 'stopped' | 'connection', detail: string): void =>
      end({ type: 'broken', perhapsSent: progress.bodyRead, cause, detail });
    const fail = (error: Error): void => end(endOf(error, progress.bodyRead));
    const stop = (): void => broken('stopped', 'stopped');
    const timer = setTimeout(
      () => broken('timeout', `no answer within ${errand.totalMs} ms`),
      errand.totalMs,
    );
    signal.addEventListener('abort', stop);
    connection.on('error', fail);
    connection.on('end', () => broken('connection', closed));
    const send = (): void => {
      if (mail === undefined) return end({ type: 'accepted', reply: '', accepted: [], refused: [] });
      const content = contentOf(mail.content, () => (progress.bodyRead = true));
      const envelope = { from: mail.from, to: [...mail.to], size: mail.content.length };
      connection.send(envelope, content, (error, info) => {
        if (error !== null || info === undefined) return fail(error ?? new Error('no result'));
        const refused = refusalsOf(info.rejectedErrors);
        end({ type: 'accepted', reply: info.response, accepted: info.accepted, refused });
      });
    };
    const logIn = (): void => {
      if (credentials === undefined) return send();
      // A server that offers no login must not be told the password all the same.
      if (!connection.allowsAuth) return end({ type: 'noLogin' });
      const { user, password } = credentials;
      connection.login({ user, pass: password }, (error) => (error ? fail(error) : send()));
    };
    if (signal.aborted) return stop();
    connection.connect((error) => (error ? fail(error) : logIn()));
  });
}

const closed = 'the server closed the connection';

/**
 * A mail of which is known whether its end was taken for sending: while it was not, the server cannot
 * have the final dot, and must throw away what it has (RFC 5321, section 4.1.1.4).
 */
function contentOf(bytes: Buffer, whenRead: () => void): Readable {
  const chunk = 16 * 1024;
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunk) pieces.push(bytes.subarray(at, at + chunk));
  const content = Readable.from(pieces, { objectMode: false });
  content.once('end', whenRead);
  return content;
}

function leave(connection: SMTPConnection, how: SessionEnd): void {
  if (how.type === 'broken') return connection.close();
  connection.quit();
  setTimeout(() => connection.close(), goodbyeMs).unref();
}

/** What nodemailer tells in its errors. */
interface SmtpError extends Error {
  readonly code?: string | undefined;
  readonly originalCode?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly command?: string | undefined;
  readonly recipient?: string | undefined;
  readonly rejectedErrors?: readonly SmtpError[] | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

function endOf(error: SmtpError, bodyRead: boolean): SessionEnd {
  const { code = '', response = '', responseCode } = error;
  if (responseCode !== undefined && response !== '') {
    const refused = refusalsOf(error.rejectedErrors);
    return {
      type: 'refused',
      step: stepOf(error.command, bodyRead),
      code: responseCode,
      reply: response,
      refused,
    };
  }
  if (code === 'EMESSAGE') return { type: 'tooLarge' };
  const perhapsSent = bodyRead;
  if (code === 'ETIMEDOUT')
    return { type: 'broken', perhapsSent, cause: 'timeout', detail: 'no answer in time' };
  return { type: 'broken', perhapsSent, cause: 'connection', detail: detailOf(error) };
}

function stepOf(command: string | undefined, bodyRead: boolean): Step {
  if (command?.startsWith('AUTH') === true) return 'login';
  if (command === 'MAIL FROM') return 'sender';
  if (command === 'RCPT TO') return 'recipients';
  return command === 'DATA' || bodyRead ? 'data' : 'session';
}

const refusalsOf = (errors: readonly SmtpError[] = []): Refusal[] =>
  errors.map(({ recipient = '', responseCode = 0, response = '' }) => ({
    recipient,
    code: responseCode,
    reply: response,
  }));

function detailOf(error: SmtpError): string {
  const { code = '', originalCode, address, port } = error;
  if (code === 'ECONNECTION') return closed;
  if (code === 'EPROTOCOL') return 'the server does not speak SMTP';
  const cause = Object.assign(new Error(), { code: originalCode ?? code, address, port });
  return failureOf(cause, false).detail;
}
