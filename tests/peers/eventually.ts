/** How long a test waits for something before it says that it hangs. */
const limitMs = 90_000;

/** Waits until `condition` holds; fails, naming `what`, after a time that is long also where everything is slow. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = limitMs,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
