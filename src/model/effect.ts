import type { Occurrence } from './alert.ts';
import type { Event } from './event.ts';
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
    };
