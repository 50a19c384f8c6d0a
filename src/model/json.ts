/** What a ledger row can hold: plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object whose members may also be absent. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}
