import type { Desk } from './desk.ts';
import { revealUntold } from './keep.ts';
import { tellOwn } from './own-alert.ts';

/** Tells what this step found out about alerting itself, and what nothing mutes any more. */
export function tellWhatIsLeft(desk: Desk): void {
  const because = desk.toReveal;
  if (because !== undefined) {
    desk.toReveal = undefined;
    revealUntold(desk, because);
  }
  if (desk.toSay.length > 0) for (const words of desk.toSay.splice(0)) tellOwn(desk, words);
}
