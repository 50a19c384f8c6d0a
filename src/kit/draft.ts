/** A value while it is being put together. */
export type Draft<T> = { -readonly [Name in keyof T]: T[Name] };
