/** Most bytes of standard input that are read: more than the longest text that is taken. */
const limit = 1024 * 1024;

/** Standard input as text; what is cut off here is too long for a message anyway. */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array);
    chunks.push(bytes);
    length += bytes.length;
    if (length >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit).toString('utf8');
}
