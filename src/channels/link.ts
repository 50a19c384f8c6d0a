import type { Message } from '../model/delivery.ts';

/** Where it is explained what an alert means, if its rule says so and a browser can go there. */
export function linkIn({ payload }: Message): string | undefined {
  const { link = '' } = payload;
  return /^https?:\/\/\S{1,500}$/.test(link) && URL.canParse(link) ? link : undefined;
}
