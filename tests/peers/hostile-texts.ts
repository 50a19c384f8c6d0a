/** Texts of a log that want to be something else on their way out, by what they try. */
export const hostileTexts: readonly (readonly [what: string, text: string])[] = [
  ['new lines', 'first\r\nQUIT\r\nPRIVMSG #other :forged\nsecond'],
  ['XML', '</body></message><message to="evil@localhost"><body>forged ]]> &amp;'],
  ['JSON', '"}],"x":"$(id)`id`\\u0000\\'],
  ['controls', 'a\u0000\u001b[2J\ud800\u202e\u0007\u0001ACTION b'],
  ['signs', 'a/b+c#d.*.>{{ secret }} %s; DROP'],
  ['length', '👩‍👩‍👧‍👦é'.repeat(2000)],
];
