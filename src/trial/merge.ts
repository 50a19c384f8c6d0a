import type { Instant } from '../model/time.ts';
import type { HistoryStream, Step } from './history.ts';

/** What comes of streams in the order of time. */
export interface MergeAudience {
  /** A stream begins or ends: before and after that nothing is known of its source. */
  begins(stream: HistoryStream, at: Instant): void;
  ends(stream: HistoryStream, at: Instant): void;
  step(step: Step, at: Instant): void;
  /** Time passes, and nothing happens. */
  passes(at: Instant): void;
  /** Between two pieces; a promise is waited for. True: enough. */
  pause(): boolean | Promise<boolean>;
}

/** Plays all streams as one, in the order of their times; each stream stays in its own order. */
export async function mergeStreams(
  streams: readonly HistoryStream[],
  audience: MergeAudience,
): Promise<void> {
  const open: HistoryStream[] = [];
  const refill = async (stream: HistoryStream): Promise<boolean> => {
    const loaded = stream.load();
    return typeof loaded === 'boolean' ? loaded : await loaded;
  };
  for (const stream of streams) if (await refill(stream)) open.push(stream);
  const begun = new Set<HistoryStream>();

  while (open.length > 0) {
    const { next, limit } = earliest(open);
    const reached = playPiece(next, limit, begun, audience);
    if (next.at() !== undefined) continue;
    if (!(await refill(next))) {
      open.splice(open.indexOf(next), 1);
      audience.ends(next, reached);
    }
    const pause = audience.pause();
    if (pause === true || (pause !== false && (await pause))) return;
  }
}

/** The stream whose next step comes first, and until when no other has one. */
function earliest(open: readonly HistoryStream[]): { readonly next: HistoryStream; readonly limit: number } {
  let [next] = open;
  let limit = Infinity;
  let first = Infinity;
  for (const stream of open) {
    const at = stream.at() ?? Infinity;
    if (at < first) [limit, first, next] = [first, at, stream];
    else if (at < limit) limit = at;
  }
  // The caller has at least one.
  return { next: next as HistoryStream, limit };
}

/** Plays a stream until its piece is over, or another stream's time has come. */
function playPiece(
  stream: HistoryStream,
  limit: number,
  begun: Set<HistoryStream>,
  audience: MergeAudience,
): Instant {
  let reached = stream.at() as Instant;
  if (!begun.has(stream)) {
    begun.add(stream);
    audience.begins(stream, reached);
  }
  for (let at = stream.at(); at !== undefined && at <= limit; at = stream.at()) {
    reached = at;
    const step = stream.take();
    if (step === undefined) audience.passes(at);
    else audience.step(step, at);
  }
  return reached;
}
