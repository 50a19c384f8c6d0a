/** What a ledger row can hold: plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object whose members may also be absent. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** A copy of a value as JSON has it: absent members are gone, what JSON cannot hold is an error. */
export const toJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
