/** Text as XML 1.0 has it between tags: its signs escaped, and without the characters that it forbids (section 2.2). */
export const xmlText = (text: string): string =>
  text.replace(FORBIDDEN, ' ').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
