/**
 * Something a rule wants done in the world besides an alert. It is data: the shell carries it out after the
 * round in which it was decided is committed. Texts are byte strings (one character a byte, Latin-1) where
 * they come from rules that see records as bytes.
 */
export type Intent =
  /** `line`: append and a newline; `text`: append without one; `once`: open, append, close. `-` is standard output. */
  | {
      readonly type: 'write';
      readonly file: string;
      readonly how: 'line' | 'text' | 'once';
      readonly text: string;
      /** How a terminal shows the text, as parameters of SGR (ECMA-48, 8.3.117) such as `1;31`. */
      readonly style?: string;
      /** How often a terminal rings before the text. */
      readonly bells?: number;
    }
  | { readonly type: 'closeFile'; readonly file: string }
  /** A line for the program's own log (or the screen). */
  | { readonly type: 'log'; readonly text: string }
  /** `address`: a path for UNIX sockets, `host:port` for the others. No newline is added. */
  | { readonly type: 'send'; readonly network: Network; readonly address: string; readonly text: string }
  | { readonly type: 'hangUp'; readonly network: Network; readonly address: string }
  | RunIntent
  /**
   * Text for the standard input of a command that goes on running until another one is named, `closePipe` or
   * the end: one for each rule.
   */
  | { readonly type: 'pipe'; readonly command: Command; readonly text: string }
  | { readonly type: 'closePipe' }
  /** Reads one more file: from its byte `offset`, or from its end. */
  | {
      readonly type: 'watch';
      readonly file: string;
      readonly offset: number | 'end';
      readonly context?: string;
    }
  | { readonly type: 'unwatch'; readonly file: string }
  /** A signal the program sends itself, to be taken up when the input under way is done. */
  | { readonly type: 'signal'; readonly signal: Signal };

export type Network = 'udgram' | 'ustream' | 'udp' | 'tcp';

export type Signal = 'HUP' | 'ABRT' | 'USR1' | 'USR2' | 'INT' | 'TERM';

/** A command. Its end comes back as an input when `reports`; each line of its output when `outputs`. */
export interface RunIntent {
  readonly type: 'run';
  /** Names this run among all of its machine, also after a restart. */
  readonly child: string;
  readonly command: Command;
  /** What it finds on its standard input; absent: nothing. */
  readonly input?: string;
  readonly outputs: boolean;
  readonly reports: boolean;
  /** It waits until the command before it of the same rule is done. */
  readonly inTurn?: true;
}

/** `shell` is text for `/bin/sh -c`; `argv` never meets a shell. */
export type Command =
  | { readonly type: 'shell'; readonly text: string }
  | { readonly type: 'argv'; readonly argv: readonly string[] };
