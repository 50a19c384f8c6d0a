import { parseAddress, parseNetwork, within, type Network } from './address.ts';
import type { Event } from '../model/event.ts';
import type { Json } from '../model/json.ts';
import type { Fields, FieldTest } from '../model/program.ts';

/** A field test that needs no pattern; false when the field is absent. */
export type ValueTest = (value: Json | undefined) => boolean;

/** What a rule finds under a name: a group captured before, the event's head, the format's members. */
export function lookUp(event: Event, name: string, captured: Fields): Json | undefined {
  if (Object.hasOwn(captured, name)) return captured[name];
  return headField(event, name) ?? (Object.hasOwn(event.fields, name) ? event.fields[name] : undefined);
}

/** A field's value as text: JSON for lists and objects; undefined when absent or null. */
export function fieldText(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Makes the test of every operator but `matches`. */
export function compileValueTest(test: Exclude<FieldTest, { op: 'matches' }>): ValueTest {
  switch (test.op) {
    case 'is':
      return (value) => fieldText(value) === test.value;
    case 'in':
      return membership(test.values);
    case 'above':
      return (value) => numeric(value) > test.value;
    case 'below':
      return (value) => numeric(value) < test.value;
    case 'exists':
      return (value) => (fieldText(value) !== undefined) === test.value;
  }
}

function headField(event: Event, name: string): Json | undefined {
  switch (name) {
    case 'time':
      return event.at;
    case 'source':
      return event.source;
    case 'host':
      return event.host;
    case 'program':
      return event.program;
    case 'pid':
      return event.pid;
    case 'severity':
      return event.severity;
    default:
      return undefined;
  }
}

function membership(values: readonly string[]): ValueTest {
  const texts = new Set(values);
  const networks = values.map(parseNetwork).filter((network): network is Network => network !== undefined);
  return (value) => {
    const text = fieldText(value);
    if (text === undefined) return false;
    if (texts.has(text)) return true;
    if (networks.length === 0) return false;
    const address = parseAddress(text);
    return address !== undefined && networks.some((network) => within(network, address));
  };
}

/** NaN, which is neither above nor below anything, unless the text is a decimal number. */
function numeric(value: Json | undefined): number {
  const text = fieldText(value)?.trim();
  return text !== undefined && /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
}
