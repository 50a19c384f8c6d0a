const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** What Term::ANSIColor 5.36 knows, by name. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['clear', '0'],
  ['reset', '0'],
  ['bold', '1'],
  ['dark', '2'],
  ['faint', '2'],
  ['italic', '3'],
  ['underline', '4'],
  ['underscore', '4'],
  ['blink', '5'],
  ['reverse', '7'],
  ['concealed', '8'],
  ...COLOURS.flatMap((name, index): [string, string][] => [
    [name, `${30 + index}`],
    [`on_${name}`, `${40 + index}`],
    [`bright_${name}`, `${90 + index}`],
    [`on_bright_${name}`, `${100 + index}`],
  ]),
]);

/** The parameters of SGR for a mode's name; undefined: there is no such mode. */
export function modeCode(name: string): string | undefined {
  const lower = name.toLowerCase();
  return NAMED.get(lower) ?? paletteCode(lower);
}

/** The names of modes, for hints. */
export const modeNames: readonly string[] = ['normal', ...NAMED.keys()];

/** Colours of the palette of 256: `ansi33`, `rgb123`, `grey5`, each with `on_` before it too. */
function paletteCode(name: string): string | undefined {
  const found = /^(on_)?(?:ansi(\d{1,3})|rgb([0-5])([0-5])([0-5])|grey(\d{1,2}))$/.exec(name);
  if (found === null) return undefined;
  const [, on, ansi, red, green, blue, grey] = found;
  const ground = on === undefined ? 38 : 48;
  if (ansi !== undefined) return Number(ansi) < 256 ? `${ground};5;${Number(ansi)}` : undefined;
  if (grey !== undefined) return Number(grey) < 24 ? `${ground};5;${232 + Number(grey)}` : undefined;
  return `${ground};5;${16 + 36 * Number(red) + 6 * Number(green) + Number(blue)}`;
}
