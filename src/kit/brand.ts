declare const brand: unique symbol;

/** A `T` that cannot be mixed up with another `T`: the name exists at compile time only. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
