/** Whether a rule file is one of SEC's: its rules say what type they are. */
export const looksLikeSec = (text: string): boolean => /^[ \t]*type[ \t]*=[ \t]*[A-Za-z]/m.test(text);

/** Whether a rule file is one of swatch's, in its new style or its old one. */
export const looksLikeSwatch = (text: string): boolean =>
  /^[ \t]*(?:watchfor|ignore|waitfor)[ \t]*[=/(!m\t ]/im.test(text) || looksLikeOldSwatch(text);

/** The style of swatch 2: pattern, tab, actions. */
export const looksLikeOldSwatch = (text: string): boolean =>
  !/^[ \t]*(?:watchfor|ignore|waitfor)\b/im.test(text) &&
  /^[ \t]*!?\/.*\/[a-z]*\t+(?:echo|bell|exec|mail|pipe|write|ignore)\b/m.test(text);
