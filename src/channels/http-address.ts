import { z } from 'zod';

/**
 * An option that is the address of a service. A user or password in it would not be sent, and a configuration is no
 * place for secrets.
 */
export const httpAddress = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), 'must have no user or password in it');
