/** The bytes of a byte string: one character a byte. */
export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A byte string of bytes. */
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
