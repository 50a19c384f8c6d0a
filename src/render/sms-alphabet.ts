/** The bits that one SMS holds: 140 octets of user data (3GPP TS 23.040, section 9.2.3.24). */
export const smsBits = 1120;

/**
 * What a text takes of `smsBits`, header and all: 7 bits for each septet of the GSM 7 bit default alphabet
 * (3GPP TS 23.038, section 6.2.1), 14 for a letter of its extension table, and where any letter is in
 * neither 16 for each unit of UTF-16, which is what phones make of UCS-2. So 160 letters are one SMS, or 70.
 */
export function bitsOf(text: string): number {
  let septets = 0;
  for (let at = 0; at < text.length; at++) {
    const cost = septetsOf(text.charAt(at));
    if (cost === undefined) return text.length * 16;
    septets += cost;
  }
  return septets * 7;
}

/** Whether phones can be sent a text in the GSM 7 bit alphabet. */
export const isGsm = (text: string): boolean => bitsOf(text) < text.length * 16 || text === '';

/** How many septets a letter takes, 1 or 2; undefined where the alphabet does not have it. */
function septetsOf(letter: string): 1 | 2 | undefined {
  if (basic.has(letter)) return 1;
  return extension.has(letter) ? 2 : undefined;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The default alphabet, without the escape to the extension table. */
const basic: ReadonlySet<string> = new Set(
  `@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡${letters}ÄÖÑÜ§¿${letters.toLowerCase()}äöñüà`,
);

/** The extension table: each costs an escape beside itself. */
const extension: ReadonlySet<string> = new Set('\f^{}\\[~]|€');
