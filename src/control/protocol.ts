import { z } from 'zod';
import type { Json } from '../model/json.ts';
import { silenceArgs } from './silence-args.ts';

/** Version of the lines on the control socket. */
const protocolVersion = 1;

/** Longest text of a message that a human sends, in UTF-16 units, through the daemon or without it. */
export const longestText = 262_144;

/** Longest request line in bytes, its line feed included: JSON may take six bytes for a unit. */
export const longestRequest = 2 * 1024 * 1024;

const name = z.string().min(1).max(256);
const idStart = name.regex(/[^#\s]/, 'must hold an id or its beginning').describe('An id, or its beginning');
const none = z.strictObject({});

const requestSchema = z.discriminatedUnion('command', [
  z.object({ command: z.literal('status'), args: none.default({}) }),
  z.object({ command: z.literal('metrics'), args: none.default({}) }),
  z.object({
    command: z.literal('open-alerts'),
    args: z.strictObject({ limit: z.int().min(1).max(1000).default(200) }),
  }),
  z.object({ command: z.literal('reload'), args: none.default({}) }),
  z.object({
    command: z.literal('send'),
    args: z.strictObject({
      to: z.array(name).max(64).readonly().describe('Receivers; none: as the routes say'),
      text: z.string().min(1).max(longestText),
      severity: z.enum(['info', 'warning', 'critical']),
      fields: z
        .record(name, z.union([z.string().max(4096), z.number(), z.boolean()]))
        .default({})
        .describe('What routes and channels can look at'),
      isDrill: z.boolean().default(false).describe('It only tries the way'),
      wait: z.boolean().default(false).describe('Answers when it is delivered or given up'),
    }),
  }),
  z.object({
    command: z.literal('resolve'),
    args: z.strictObject({ alert: idStart, why: z.string().max(1024).default('resolved by hand') }),
  }),
  z.object({
    command: z.literal('acknowledge'),
    args: z.strictObject({
      alert: idStart,
      author: z.string().min(1).max(200),
      note: z.string().max(1000).default(''),
    }),
  }),
  z.object({ command: z.literal('silence-add'), args: silenceArgs }),
  z.object({ command: z.literal('silence-list'), args: none.default({}) }),
  z.object({ command: z.literal('silence-expire'), args: z.strictObject({ silence: idStart }) }),
]);

/** What a command asks of the daemon. */
export type ControlRequest = z.output<typeof requestSchema>;

export type ControlCommand = ControlRequest['command'];

/** The arguments of one command, as a client gives them: what has a default may be absent. */
export type ControlArgs<Command extends ControlCommand> = Extract<
  z.input<typeof requestSchema>,
  { readonly command: Command }
>['args'];

/** Chosen by the client, given back with every line that answers; null where none could be read. */
export type RequestId = string | number | null;

/** `code` is stable and for programs, `message` is for a human. */
interface ControlError {
  readonly code: string;
  readonly message: string;
}

export type ControlReply =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly error: ControlError };

export type ParsedRequest =
  | { readonly ok: true; readonly id: RequestId; readonly request: ControlRequest }
  | { readonly ok: false; readonly id: RequestId; readonly error: ControlError };

const idSchema = z.union([z.string().max(64), z.number()]);

const envelopeSchema = z.object({ v: z.number(), id: idSchema, command: z.string() });

/** Understands one request line; anything at all may come in. */
export function parseRequest(line: string): ParsedRequest {
  const json = parseJson(line);
  if (json === undefined) return refused(null, 'malformed', 'a request is one line of JSON');
  const id = idOf(json);
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return refused(id, 'malformed', wording(envelope.error));
  if (envelope.data.v !== protocolVersion) {
    return refused(id, 'version', `this daemon speaks version ${protocolVersion} only`);
  }
  const request = requestSchema.safeParse(json);
  if (request.success) return { ok: true, id, request: request.data };
  const known = requestSchema.options.some(({ shape }) => shape.command.value === envelope.data.command);
  return known
    ? refused(id, 'badArguments', wording(request.error))
    : refused(id, 'unknownCommand', 'the daemon does not know this command; is it older than this program?');
}

/** One request as the client sends it, with its line feed. */
export function requestLine(id: RequestId, request: z.input<typeof requestSchema>): string {
  return `${JSON.stringify({ v: protocolVersion, id, ...request })}\n`;
}

/** One reply as the daemon sends it, with its line feed. `more`: one value of several, the last comes later. */
export function replyLine(id: RequestId, reply: ControlReply, more = false): string {
  return `${JSON.stringify({ v: protocolVersion, id, ...reply, ...(more && { more }) })}\n`;
}

const answerSchema = {
  v: z.literal(protocolVersion),
  id: idSchema.nullable(),
  more: z.literal(true).optional(),
};

const replySchema = z.discriminatedUnion('ok', [
  z.object({ ...answerSchema, ok: z.literal(true), value: z.json() }),
  z.object({
    ...answerSchema,
    ok: z.literal(false),
    error: z.object({ code: z.string(), message: z.string() }),
  }),
]);

/** Understands one line from the daemon; undefined when it is not of this protocol. */
export function parseReply(line: string): z.output<typeof replySchema> | undefined {
  const reply = replySchema.safeParse(parseJson(line));
  return reply.success ? reply.data : undefined;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function idOf(json: unknown): RequestId {
  const id = z.object({ id: idSchema }).safeParse(json);
  return id.success ? id.data.id : null;
}

const refused = (id: RequestId, code: string, message: string): ParsedRequest => ({
  ok: false,
  id,
  error: { code, message },
});

const wording = (error: z.ZodError): string => z.prettifyError(error).slice(0, 2000);
