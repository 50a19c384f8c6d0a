/** The loop drains itself; this only waits for it: at its own pace, while it is `stuck` at the disk's. */
export async function untilIdle(idle: () => boolean, stuck = (): boolean => false): Promise<void> {
  while (!idle()) {
    await new Promise((resolve) => (stuck() ? setTimeout(resolve, stuckMs) : setImmediate(resolve)));
  }
}

const stuckMs = 100;
