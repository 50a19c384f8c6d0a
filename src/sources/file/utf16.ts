/** How many of the first bytes tell, and the fewest that do without a byte order mark. */
const most = 64;
const fewest = 8;

/** Whether a file that begins so is UTF-16: by its byte order mark, or by a NUL in every other byte. */
export function looksLikeUtf16(head: Uint8Array): boolean {
  const [first, second] = head;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const bytes = head.subarray(0, most);
  const alternates = (parity: number): boolean =>
    bytes.every((byte, index) => (byte === 0) === (index % 2 === parity));
  return bytes.length >= fewest && (alternates(0) || alternates(1));
}
