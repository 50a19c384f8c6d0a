/**
 * SEC's rules as data: what its rule files say, with every text as it was written. Match variables (`$1`) and
 * action list variables (`%t`) stand in the texts; which of them mean anything depends on the pattern that
 * matched, so the machine fills them in. Texts are byte strings: one character a byte.
 */

/** The rule files of one instance of SEC, in the order of its command line. */
export interface SecProgram {
  readonly files: readonly SecFile[];
  readonly settings: SecSettings;
}

/** What the machine must know of SEC's own switches; those about inputs and the process are the shell's. */
export interface SecSettings {
  /** `--bufsize`; 0: the largest line count of any pattern, at least 1. */
  readonly bufsize: number;
  /** `--jointbuf`. A buffer of one line is always joint. */
  readonly jointbuf: boolean;
  /** `--evstoresize`: most events in one context's store, 0: no limit. */
  readonly evstoresize: number;
  /** `--cleantime`, in seconds: how often housekeeping is done; 0: after every event. */
  readonly cleantime: number;
  /** `--quoting`: `%s` is quoted for the shell in shellcmd, spawn and cspawn. */
  readonly quoting: boolean;
  readonly intevents: boolean;
  readonly intcontexts: boolean;
  /**
   * What becomes of command lines with shell syntax. `refused`: not run, and said; `quoted`: run, with the
   * values of variables quoted wherever they stand; `raw`: run as SEC runs them.
   */
  readonly shell: 'refused' | 'quoted' | 'raw';
  /** The last N for which `%.chrN` is a character: 255 since SEC 2.9.3; absent: 31, as before. */
  readonly chars?: 31 | 255;
}

export interface SecFile {
  /** The name by which SEC was given it; part of the names of operations. */
  readonly name: string;
  /** Its valid rules; a rule's index is its number. */
  readonly rules: readonly SecRule[];
  /** The sets it belongs to (`joincfset`). */
  readonly sets: readonly string[];
  /** False: reached by Jump rules only (`procallin=no`). */
  readonly procallin: boolean;
}

/** Where the search goes on after a match. */
export type SecContinue =
  | { readonly to: 'next' }
  | { readonly to: 'endOfFile' }
  | { readonly to: 'endOfAll' }
  /** The index of a later rule of the file; the number of rules means its end. */
  | { readonly to: 'rule'; readonly rule: number };

/** What every rule has. */
interface Named {
  readonly desc: string;
  /** The line of its file on which it begins, from 1. */
  readonly line: number;
  /** Of the rule's own text: its state survives a reload while this and its number stay the same. */
  readonly hash: string;
}

/** One pattern with what goes with it. */
export interface SecHalf {
  readonly pattern: SecPattern;
  readonly context?: SecContext;
  readonly continues: SecContinue;
}

export type SecRule =
  | (Named & SecHalf & { readonly type: 'Single'; readonly action: SecActions })
  | (Named &
      SecHalf & {
        readonly type: 'SingleWithScript';
        readonly script: SecCommand;
        readonly action: SecActions;
        readonly action2: SecActions;
      })
  | (Named &
      SecHalf & { readonly type: 'SingleWithSuppress'; readonly action: SecActions; readonly window: number })
  | (Named &
      SecHalf & {
        readonly type: 'SingleWithThreshold';
        readonly action: SecActions;
        readonly action2: SecActions;
        readonly window: number;
        readonly thresh: number;
      })
  | (Named &
      SecHalf & {
        readonly type: 'SingleWith2Thresholds';
        readonly action: SecActions;
        readonly window: number;
        readonly thresh: number;
        readonly desc2: string;
        readonly action2: SecActions;
        readonly window2: number;
        readonly thresh2: number;
      })
  | (Named &
      SecHalf &
      PairSecond & {
        readonly type: 'Pair';
        readonly action: SecActions;
        /** 0: for ever. */ readonly window: number;
      })
  | (Named &
      SecHalf &
      PairSecond & { readonly type: 'PairWithWindow'; readonly action: SecActions; readonly window: number })
  | (Named & {
      readonly type: 'EventGroup';
      readonly members: readonly SecGroupMember[];
      readonly action: SecActions;
      readonly init: SecActions;
      readonly slide: SecActions;
      readonly end: SecActions;
      readonly multact: boolean;
      /** Tried on the tokens of the events in the window, joined by blanks. Without variables of a match. */
      readonly egpattern?: SecPattern;
      readonly window: number;
    })
  | (Named & SecHalf & { readonly type: 'Suppress' })
  | (Named & {
      readonly type: 'Calendar';
      readonly time: SecCalendarTime;
      readonly context?: SecContext;
      readonly action: SecActions;
    })
  | (Named &
      SecHalf & {
        readonly type: 'Jump';
        /** Absent: no cfset. */ readonly cfset?: readonly string[];
        readonly constset: boolean;
      });

/** The second half of Pair and PairWithWindow. */
export interface PairSecond {
  readonly second: SecHalf;
  readonly desc2: string;
  readonly action2: SecActions;
}

/** One of an EventGroup's patterns. */
export interface SecGroupMember extends SecHalf {
  readonly count: SecActions;
  readonly thresh: number;
  /** Absent: the member's number. */
  readonly token?: string;
}

/** `lines`: how many of the newest lines, joined by newlines, are looked at. */
export type SecPattern =
  /** `\t \n \r \s \0 \\` are decoded. */
  | { readonly type: 'substr'; readonly negated: boolean; readonly lines: number; readonly text: string }
  | {
      readonly type: 'regexp';
      readonly negated: boolean;
      readonly lines: number;
      readonly source: string;
      readonly varmap: SecVarmap;
      /** The rule's file and first line, for messages. */
      readonly file: string;
      readonly line: number;
    }
  | {
      readonly type: 'perl';
      readonly negated: boolean;
      readonly lines: number;
      readonly code: string;
      readonly varmap: SecVarmap;
    }
  | { readonly type: 'cached'; readonly negated: boolean; readonly entry: string }
  | { readonly type: 'tvalue'; readonly value: boolean };

/** `names`: copies of numbered variables; `entries`: names under which the whole match is cached. */
export interface SecVarmap {
  readonly names: readonly { readonly name: string; readonly group: number }[];
  readonly entries: readonly string[];
}

/** A context expression as a condition. */
export interface SecContext {
  /** Evaluated before the pattern is tried, without its variables. */
  readonly bracketed: boolean;
  readonly expression: SecExpression;
}

export type SecExpression =
  /** Names and arguments may hold variables. */
  | { readonly type: 'context'; readonly name: string }
  | { readonly type: 'varset'; readonly entry: string }
  /** `ARGS -> CODE`: `code` is compiled once, `args` are filled in. */
  | { readonly type: 'call'; readonly args: readonly string[]; readonly code: string }
  /** `ARGS :> CODE`: each argument names a cache entry whose variables are passed. */
  | { readonly type: 'callCached'; readonly args: readonly string[]; readonly code: string }
  /** `=( CODE )`: evaluated anew each time, after filling in. */
  | { readonly type: 'eval'; readonly code: string }
  | { readonly type: 'not'; readonly of: SecExpression }
  | { readonly type: 'and'; readonly of: readonly SecExpression[] }
  | { readonly type: 'or'; readonly of: readonly SecExpression[] }
  /** As SEC itself orders and evaluates operators (`precedence: sec`). */
  | { readonly type: 'postfix'; readonly items: readonly (SecExpression | 'not' | 'and' | 'or')[] };

/**
 * When a Calendar rule may fire, in local time: all must hold. Each list holds the chosen numbers in
 * ascending order. `lastDay`: the last day of the month is chosen (day 0). `weekdays` are 0 (Sunday) to 6.
 */
export interface SecCalendarTime {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly lastDay: boolean;
  readonly months: readonly number[];
  readonly weekdays: readonly number[];
  /** Years modulo 100. */
  readonly years: readonly number[];
}

/** A command with text for the shell where SEC would use one, or words of which each is one argument. */
export type SecCommand =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'words'; readonly words: readonly string[] };

export type SecActions = readonly SecAction[];

/** Which operations `reset` and its kin mean: rule number N (from 1), relative to this rule, or all of the file. */
export type SecRuleChoice =
  | { readonly by: 'number'; readonly rule: number }
  | { readonly by: 'offset'; readonly offset: number }
  | { readonly by: 'all' };

/** One action. Texts may hold variables; `%s` stands where the default text does. `variable` is without its `%`. */
export type SecAction =
  | { readonly type: 'none' | 'break' | 'continue' }
  | { readonly type: 'logonly'; readonly text: string }
  | { readonly type: 'write' | 'writen' | 'owritecl'; readonly file: string; readonly text: string }
  | { readonly type: 'closef'; readonly file: string }
  | {
      readonly type: 'udgram' | 'ustream' | 'udpsock' | 'tcpsock';
      readonly address: string;
      readonly text: string;
    }
  | { readonly type: 'closeudgr' | 'closeustr' | 'closeudp' | 'closetcp'; readonly address: string }
  | { readonly type: 'shellcmd' | 'cmdexec' | 'spawn' | 'spawnexec'; readonly command: SecCommand }
  | { readonly type: 'cspawn' | 'cspawnexec'; readonly context: string; readonly command: SecCommand }
  | {
      readonly type: 'pipe' | 'pipeexec';
      readonly text: string;
      /** Absent: standard output. */ readonly command?: SecCommand;
    }
  /** `life`: text that must be a number of seconds when filled in; `0`: for ever. */
  | { readonly type: 'create'; readonly context: string; readonly life: string; readonly actions: SecActions }
  | { readonly type: 'delete' | 'obsolete'; readonly context: string }
  /** `life` may be `-`: keep time and life. Without `actions` the list stays. */
  | { readonly type: 'set'; readonly context: string; readonly life: string; readonly actions?: SecActions }
  | { readonly type: 'alias'; readonly context: string; readonly alias: string }
  | { readonly type: 'unalias'; readonly alias: string }
  | { readonly type: 'add' | 'prepend' | 'fill'; readonly context: string; readonly text: string }
  | { readonly type: 'report' | 'reportexec'; readonly context: string; readonly command?: SecCommand }
  | { readonly type: 'copy' | 'pop' | 'shift'; readonly context: string; readonly variable: string }
  | { readonly type: 'empty'; readonly context: string; readonly variable?: string }
  | { readonly type: 'trim'; readonly time: string; readonly context: string; readonly variable?: string }
  | {
      readonly type: 'exists' | 'getsize' | 'getaliases' | 'getltime' | 'getctime';
      readonly variable: string;
      readonly context: string;
    }
  | { readonly type: 'setltime'; readonly context: string; readonly life: string }
  | { readonly type: 'setctime'; readonly time: string; readonly context: string }
  /** `delay` in seconds. */
  | { readonly type: 'event'; readonly delay: number; readonly text: string }
  | { readonly type: 'tevent'; readonly delay: string; readonly text: string }
  | { readonly type: 'cevent'; readonly context: string; readonly delay: string; readonly text: string }
  | { readonly type: 'reset'; readonly rule: SecRuleChoice; readonly text: string }
  | {
      readonly type: 'getwpos';
      readonly variable: string;
      readonly rule: SecRuleChoice;
      readonly text: string;
    }
  | { readonly type: 'setwpos'; readonly time: string; readonly rule: SecRuleChoice; readonly text: string }
  | { readonly type: 'assign' | 'assignsq'; readonly variable: string; readonly text: string }
  | { readonly type: 'free'; readonly variable: string }
  | { readonly type: 'eval'; readonly variable: string; readonly code: string }
  | {
      readonly type: 'call';
      readonly variable: string;
      readonly function: string;
      readonly args: readonly string[];
    }
  | {
      readonly type: 'lcall';
      readonly variable: string;
      readonly args: readonly string[];
      readonly code: string;
      /** `:>`: arguments name cache entries. */
      readonly cached: boolean;
    }
  /** `count` is text that must be a number when filled in; `0`: as many as the text has lines. */
  | { readonly type: 'rewrite'; readonly count: string; readonly text: string }
  | { readonly type: 'addinput'; readonly file: string; readonly offset: string; readonly context?: string }
  | { readonly type: 'dropinput'; readonly file: string }
  | { readonly type: 'sigemul'; readonly signal: string }
  | { readonly type: 'varset'; readonly variable: string; readonly entry: string }
  | {
      readonly type: 'if';
      readonly variable: string;
      readonly then: SecActions;
      readonly otherwise: SecActions;
    }
  | { readonly type: 'while'; readonly variable: string; readonly actions: SecActions };
