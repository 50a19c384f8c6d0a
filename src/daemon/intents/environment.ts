/** What a command may see of our own environment: where programs and the user's things are, words and time. */
const passed = /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+)$/;

/** The environment of commands: of ours only what names no secret, and what is named in `more`. */
export function environmentFrom(
  ours: { readonly [name: string]: string | undefined },
  more: readonly string[] = [],
): { readonly [name: string]: string } {
  const environment: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(ours)) {
    if (value !== undefined && (passed.test(name) || more.includes(name))) environment[name] = value;
  }
  return environment;
}
