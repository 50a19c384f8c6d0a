import type { Occurrence } from './alert.ts';
import type { Event } from './event.ts';
import type { Intent, Signal } from './intent.ts';
import type { AlertAction, Severity } from './program.ts';
import type { Instant } from './time.ts';

/** What a rule asks for. */
export type Effect =
  | {
      readonly type: 'raise';
      readonly rule: string;
      readonly key: readonly string[];
      readonly severity: Severity;
      readonly occurrence: Occurrence;
      readonly quiet?: AlertAction['quiet'];
      /** The rule watches its keys and says when it is over: the alert stays open until then. */
      readonly clears?: boolean;
      /** The machine's clock when it fired. */
      readonly now: Instant;
      /** The number of the input that caused it, and which raise of that input it is, from 0. */
      readonly seq: number;
      readonly ordinal: number;
    }
  | {
      readonly type: 'clear';
      readonly rule: string;
      readonly key: readonly string[];
      readonly now: Instant;
      readonly why: string;
    }
  | {
      /** Something to be done in the world, after the commit. */
      readonly type: 'do';
      readonly rule: string;
      /** The rule file's own word for it, such as `shellcmd`. */
      readonly action: string;
      /** What the rule's description was at that moment. */
      readonly desc: string;
      readonly intent: Intent;
      readonly now: Instant;
      /** Together they name it for ever: the number of the input, and which `do` of that input it is, from 0. */
      readonly seq: number;
      readonly ordinal: number;
    }
  | { readonly type: 'emit'; readonly event: Event }
  | { readonly type: 'note'; readonly rule?: string; readonly code: string; readonly text: string };

/** How a source stands, as the engine sees it: absence only counts while a source is `atEnd`. */
export type SourceCondition = 'reading' | 'atEnd' | 'unreadable' | 'gone';

/** The only ways the world reaches the engine. `now` is the clock of law 1; `seq` numbers inputs. */
export type EngineInput =
  | {
      readonly type: 'event';
      readonly seq: number;
      readonly now: Instant;
      readonly event: Event;
      readonly rules: readonly number[];
    }
  | { readonly type: 'tick'; readonly seq: number; readonly now: Instant }
  | {
      readonly type: 'sourceState';
      readonly seq: number;
      readonly now: Instant;
      readonly source: string;
      readonly condition: SourceCondition;
    }
  | {
      /** A line of what a command printed, as a byte string without its newline. */
      readonly type: 'commandOutput';
      readonly seq: number;
      readonly now: Instant;
      /** The `child` of the intent that ran it. */
      readonly child: string;
      readonly rule: string;
      readonly text: string;
    }
  | {
      readonly type: 'commandFinished';
      readonly seq: number;
      readonly now: Instant;
      readonly child: string;
      readonly rule: string;
      /** As a shell has it: 128 and the signal's number for a command that a signal ended. Absent: nobody knows. */
      readonly exit?: number;
    }
  | {
      readonly type: 'control';
      readonly seq: number;
      readonly now: Instant;
      readonly signal: Signal;
      /** The only rule that it concerns: one that sent it itself. Absent: all. */
      readonly rule?: string;
    };
