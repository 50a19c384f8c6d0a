import { item, roff, titleLine } from './roff.ts';

/** The parts of a JSON Schema that the page shows. */
interface SchemaNode {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: { readonly [key: string]: SchemaNode };
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode | boolean;
  readonly anyOf?: readonly SchemaNode[];
}

/** The page bird-sentinel.yaml(5), from the JSON Schema of the configuration. */
export function configurationPage(schema: object, version: string): string {
  const { properties = {} } = schema as SchemaNode; // it is made by z.toJSONSchema, whose members these are
  return [
    titleLine('bird-sentinel.yaml', 5, version),
    `.SH NAME\n${roff('bird-sentinel.yaml - what Bird Sentinel watches, and whom it tells')}\n`,
    opening,
    ...Object.entries(properties).map(
      ([key, node]) => `.SH "${roff(key.toUpperCase())}"\n${text(node)}${members(node, 0)}`,
    ),
    ending,
  ].join('');
}

/** How deep the page goes; below, `bird-sentinel schema` has the rest. */
const deepest = 3;

/** What may stand in a node, one below the other. */
function members(node: SchemaNode, depth: number): string {
  const named = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  const each = typeof node.items === 'object' ? node.items : undefined;
  const forms = [node, ...(node.anyOf ?? []), ...formsOf(named), ...formsOf(each)];
  const seen = new Map<string, SchemaNode>();
  for (const form of forms)
    for (const [key, member] of Object.entries(form.properties ?? {}))
      if (!seen.has(key)) seen.set(key, member);
  const items = [...seen].map(([key, member]) => {
    const inner = depth + 1 < deepest ? members(member, depth + 1) : '';
    return `${item(key, `${member.description ?? ''}${choices(member)}`.trim() || 'See bird-sentinel schema.')}${inner === '' ? '' : `.RS\n${inner}.RE\n`}`;
  });
  return items.join('');
}

const formsOf = (node: SchemaNode | undefined): readonly SchemaNode[] =>
  node === undefined ? [] : [node, ...(node.anyOf ?? [])];

const choices = ({ enum: words, description = '' }: SchemaNode): string =>
  words === undefined || words.length > 12
    ? ''
    : `${description === '' ? '' : ' '}One of ${words.join(', ')}.`;

const text = ({ description = '' }: SchemaNode): string =>
  description === '' ? '' : `${roff(description)}\n`;

const opening = `.SH SYNOPSIS
.I /etc/bird\\-sentinel/sentinel.yaml
.br
.I /etc/bird\\-sentinel/conf.d/*.yaml
.br
.I /etc/bird\\-sentinel/*.local.yaml
.SH DESCRIPTION
YAML 1.2. The files are put together in this order; maps merge by key, rules by id, and local files win.
A key that is not known is a mistake.
.B bird\\-sentinel check
says every mistake with its place, and
.B bird\\-sentinel reload
takes over what was changed.
Durations are written 90s, 5m, 1h30m, 2d, and sizes 64KiB.
.PP
The least there is:
.PP
.EX
sources:
  auth: { file: /var/log/auth.log }
include:
  \\- { pack: sshd }
rules:
  \\- id: bird\\-alert
    match: bird_alert
    alert: { severity: critical }
.EE
`;

const ending = `.SH "SEE ALSO"
.BR bird\\-sentinel (1)
.PP
.B bird\\-sentinel schema
prints the JSON Schema of all this, for editors.
`;
