/** What can be taken out of a message. */
export const redactable = ['secrets', 'addresses', 'names'] as const;
export type Redactable = (typeof redactable)[number];
