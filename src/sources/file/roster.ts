import { basename, dirname, join, resolve } from 'node:path';
import { once } from '../../kit/once.ts';
import type { SourceCondition } from '../../model/effect.ts';
import type { SourceNotice, SourceOutput, SourcePorts } from '../contract.ts';
import {
  beyondWords,
  createGlob,
  hasWildcard,
  isOnTheWay,
  unescapePath,
  type Beyond,
  type Expansion,
  type Glob,
} from './glob.ts';
import type { BlockShelf } from './block-shelf.ts';
import { sameFile, type FileFacts } from './identity.ts';
import { blockLength } from './generation.ts';
import { decodeMark, emptyMark, encodeMark, type FileMark } from './mark.ts';
import * as notices from '../notices.ts';
import type { FileOptions } from './options.ts';
import { explainFailure } from './permission.ts';
import { rotatedSiblings, rotationBases } from './siblings.ts';
import { createSurroundings } from './surroundings.ts';
import { createStream, type Beginning, type FileStream } from './stream.ts';
import { fileAt, isNearer, leadsTo, readerOf, type Holder } from './twins.ts';

/** A path of which another one's stream reads the file. */
interface Twin {
  readonly file: FileFacts;
  readonly stream: FileStream;
}

/** What a walk over the configured paths found. */
export interface Walked {
  readonly added: readonly FileStream[];
  /** Closed, for another one goes on in its place. */
  readonly removed: readonly FileStream[];
  readonly outputs: readonly SourceOutput[];
  /** Directories in which changes matter. */
  readonly watched: ReadonlySet<string>;
}

/** The streams of one source: which paths it reads. */
export interface Roster {
  /** Finds files that are new since the last walk. */
  walk(): Promise<Walked>;
  streams(): readonly FileStream[];
  /** Streams that a change of `path` concerns. */
  touchedBy(path: string): FileStream[];
  /** Whether a walk may find something else after `path` appeared or disappeared, or may if it is a directory. */
  mayChangeBy(path: string): boolean | 'ifDirectory';
  /** Whether it turned out to be a rotated file of another stream. */
  isSurplus(stream: FileStream): boolean;
  remove(stream: FileStream, over: boolean): Promise<SourceOutput[]>;
  close(): Promise<void>;
}

export function createRoster(
  options: FileOptions,
  ports: SourcePorts,
  monotonic: () => number,
  shelf: BlockShelf,
): Roster {
  const globs = options.paths.filter(hasWildcard).map(createGlob);
  const literals = options.paths
    .filter((path) => !hasWildcard(path))
    .map((path) => resolve(unescapePath(path)));
  const streams = new Map<string, FileStream>();
  const said = new Map<string, SourceCondition>();
  const saidBeyond = new Set<string>();
  const surroundings = createSurroundings();
  let first = true;
  /** Other names of files that are read. */
  let twins = new Map<string, Twin>();
  /** Those that this walk found. */
  let twinsFound = new Map<string, Twin>();
  let news: SourceOutput[] = [];
  let removed: FileStream[] = [];

  /** Found by the path of another stream than the one that reads it, or by one that has none. */
  const isShared = (file: FileFacts): boolean =>
    [...twins.values()].some((twin) => sameFile(twin.file, file)) ||
    [...streams.values()].some((stream) => {
      const left = stream.left();
      return left !== undefined && sameFile(left, file);
    });

  const add = (path: string, beginning: Beginning, found: FileFacts | undefined): FileStream => {
    const stream = createStream({
      path,
      beginning,
      found,
      twinOf: async (file) => {
        const holder = await readerOf(streams.values(), path, file);
        return holder && { path: holder.stream.path, isNamed: holder.isNamed };
      },
      isShared,
      literal: literals.includes(path),
      source: ports.name,
      follow: ports.follow,
      last: ports.last === true,
      now: ports.now,
      moved: ports.moved,
      mostBytes: ports.mostBytes ?? (() => blockLength),
      monotonic,
      shelf,
      limits: { maxLine: ports.maxLine, maxRecord: options.maxRecord },
      multiline: options.multiline,
    });
    streams.set(path, stream);
    // Under this name it was not kept before.
    if (beginning.type === 'mark' && !(first && ports.marks.has(path)))
      news.push(place(path, beginning.mark));
    return stream;
  };

  /** Adds the stream of a path, unless its file is read by another name: by the one with fewer links, or else the first. */
  const enter = async (
    path: string,
    firstSight: boolean,
    matched: ReadonlySet<string>,
  ): Promise<FileStream[]> => {
    const file = await fileAt(path);
    const holder = file && (await readerOf(streams.values(), path, file));
    if (file === undefined || holder === undefined)
      return [add(path, await beginningOf(path, firstSight, matched, file), file)];
    const { stream, isNamed } = holder;
    if (isNamed ? await isNearer(path, stream.path) : stream.isGone())
      return [await takeOver(path, holder, file)];
    if (isNamed && !twins.has(path))
      news.push({ type: 'notice', stream: path, notice: notices.sameFile(path, stream.path) });
    twinsFound.set(path, { file, stream });
    return [];
  };

  /** Puts a stream by a better name, or the only one that is left, in the place of the one that reads `file`. */
  const takeOver = async (
    path: string,
    { stream: former, isNamed }: Holder,
    file: FileFacts,
  ): Promise<FileStream> => {
    const own = first ? decodeMark(ports.marks.get(path)) : undefined;
    const stream = add(path, own === undefined ? former.goOn() : { type: 'mark', mark: own }, file);
    if (isNamed)
      news.push({ type: 'notice', stream: former.path, notice: notices.sameFile(former.path, path) });
    streams.delete(former.path);
    await former.close();
    removed.push(former);
    news.push({ type: 'forget', stream: former.path });
    if (isNamed) twinsFound.set(former.path, { file, stream });
    return stream;
  };

  const kept = once(() =>
    [...ports.marks].flatMap(([path, json]) => {
      const mark = decodeMark(json);
      return mark === undefined ? [] : [{ path, mark }];
    }),
  );

  /** The mark of the same file by another name, as when that had no better one yet. */
  const inherited = async (file: FileFacts): Promise<FileMark | undefined> => {
    for (const { path, mark } of kept()) {
      const last = mark.files.at(-1);
      if (last?.ino === file.ino && last.dev === file.dev && (await leadsTo(path, file))) return mark;
    }
    return undefined;
  };

  const beginningOf = async (
    path: string,
    firstSight: boolean,
    matched: ReadonlySet<string>,
    file: FileFacts | undefined,
  ): Promise<Beginning> => {
    const own = first ? ports.marks.get(path) : undefined;
    const mark = decodeMark(own) ?? (first && own === undefined && file ? await inherited(file) : undefined);
    if (mark !== undefined) return { type: 'mark', mark };
    const former = twins.get(path)?.file;
    // It was read by a name that is gone.
    if (file !== undefined && former !== undefined && sameFile(file, former)) return { type: 'end' };
    if (!first) return { type: 'new' };
    if (firstSight && options.start === 'end') return { type: 'end' };
    const siblings = firstSight ? await rotatedSiblings(path) : [];
    const older = siblings
      .filter((sibling) => sibling.infix === undefined && matched.has(sibling.path))
      .map((sibling) => sibling.path);
    return { type: 'beginning', older: older.toReversed() };
  };

  const addFiles = async (files: readonly string[], firstSight: boolean): Promise<FileStream[]> => {
    const matched = new Set(files);
    const added: FileStream[] = [];
    for (const path of knownFirst(files)) {
      if (streams.has(path) || isRotated(path, matched)) continue;
      added.push(...(await enter(path, firstSight, matched)));
    }
    return added;
  };

  /** Rotated forms of a file that is read belong to its stream. */
  const isRotated = (path: string, matched?: ReadonlySet<string>): boolean =>
    !literals.includes(path) &&
    basesOf(path).some((base) => streams.has(base) || matched?.has(base) === true);

  const walkGlob = async (glob: Glob): Promise<Omit<Walked, 'removed'>> => {
    const firstSight = first && !ports.marks.has(glob.pattern);
    const found = await glob.expand();
    const remembered = first
      ? [...ports.marks.keys()].filter((path) => !isPattern(path) && glob.matches(path))
      : [];
    const files = [...new Set([...remembered, ...found.files])];
    const added = await addFiles(files.toSorted(), firstSight);
    const outputs: SourceOutput[] = firstSight ? [seen(glob.pattern)] : [];
    outputs.push(...(await judge(glob, found)));
    return { added, outputs, watched: new Set([glob.root, ...found.directories]) };
  };

  /** Those that were read before: what else leads to one of their files is not read anew. */
  const knownFirst = (paths: readonly string[]): readonly string[] =>
    first ? paths.toSorted((a, b) => Number(ports.marks.has(b)) - Number(ports.marks.has(a))) : paths;

  const isPattern = (stream: string): boolean => globs.some(({ pattern }) => pattern === stream);

  /** A mark for the glob itself: without it a restart would take new files for old ones. */
  const seen = (pattern: string): SourceOutput => place(pattern, emptyMark(ports.now()));

  /** A mark without records. */
  const place = (stream: string, mark: FileMark): SourceOutput => {
    const at = ports.now();
    const offset = mark.files.at(-1)?.offset ?? 0;
    const position = { stream, begin: offset, end: offset, mark: encodeMark(mark) };
    const chunk = {
      source: ports.name,
      bytes: new Uint8Array(0),
      records: { kind: 'lines' } as const,
      position,
    };
    return { type: 'chunk', chunk: { ...chunk, receivedAt: at, reference: at } };
  };

  const judge = async (glob: Glob, found: Expansion): Promise<SourceOutput[]> => {
    const { pattern } = glob;
    const { failure } = found;
    const any = found.files.length > 0 || [...streams.keys()].some((path) => glob.matches(path));
    const condition = failure !== undefined ? 'unreadable' : any ? 'atEnd' : 'gone';
    const outputs = change(pattern, condition, async () => {
      if (failure !== undefined)
        return notices.unreadable(failure.path, await explainFailure(failure.path, failure.error));
      return any ? undefined : notices.noMatch(pattern);
    });
    return [...(await outputs), ...tellBeyond(pattern, found.beyond)];
  };

  /** Said once for each limit. */
  const tellBeyond = (pattern: string, beyond: Beyond | undefined): SourceOutput[] => {
    if (beyond === undefined || saidBeyond.has(`${beyond} ${pattern}`)) return [];
    saidBeyond.add(`${beyond} ${pattern}`);
    const notice = notices.tooManyFiles(pattern, beyondWords[beyond]);
    return [{ type: 'notice', stream: pattern, notice }];
  };

  const change = async (
    stream: string,
    condition: SourceCondition,
    explain: () => Promise<SourceNotice | undefined>,
  ): Promise<SourceOutput[]> => {
    if (said.get(stream) === condition) return [];
    said.set(stream, condition);
    const notice = await explain();
    const outputs: SourceOutput[] = notice === undefined ? [] : [{ type: 'notice', stream, notice }];
    return [...outputs, { type: 'condition', stream, condition }];
  };

  const addLiterals = async (): Promise<FileStream[]> => {
    const added: FileStream[] = [];
    for (const path of knownFirst([...new Set(literals)])) {
      if (!streams.has(path)) added.push(...(await enter(path, !ports.marks.has(path), new Set())));
    }
    return added;
  };

  const damagedMarks = (): SourceOutput[] =>
    [...ports.marks]
      .filter(([stream, mark]) => streams.has(stream) && decodeMark(mark) === undefined)
      .map(([stream]) => ({
        type: 'notice',
        stream,
        notice: notices.damaged(
          stream,
          'the place up to which it was read cannot be understood; it counts as seen for the first time',
        ),
      }));

  const strayMarks = (): SourceOutput[] =>
    [...ports.marks.keys()]
      .filter((stream) => !streams.has(stream) && !isPattern(stream))
      .map((stream) => ({ type: 'forget', stream }));

  const walk = async (): Promise<Walked> => {
    twinsFound = new Map();
    news = [];
    removed = [];
    const added = first || ports.follow ? await addLiterals() : [];
    const outputs: SourceOutput[] = [];
    const looked = new Set<string>();
    for (const glob of globs) {
      const walked = await walkGlob(glob);
      added.push(...walked.added);
      outputs.push(...walked.outputs);
      for (const path of walked.watched) looked.add(path);
    }
    outputs.unshift(...news);
    if (first) outputs.push(...damagedMarks(), ...strayMarks());
    first = false;
    twins = twinsFound;
    const watched = await surroundings.survey([...streams.keys(), ...twins.keys()], looked);
    return { added: added.filter((stream) => !removed.includes(stream)), removed, outputs, watched };
  };

  const touchedBy = (path: string): FileStream[] =>
    [path, ...basesOf(path)]
      .flatMap((name) => [name, ...surroundings.leadingTo(name)])
      .flatMap((name) => streams.get(name) ?? twins.get(name)?.stream ?? []);

  const mayChangeBy = (path: string): boolean | 'ifDirectory' => {
    if (surroundings.holds(path) || streams.has(path)) return true;
    if (literals.some((literal) => isOnTheWay(path, literal))) return true;
    if (globs.some((glob) => glob.matches(path))) return true;
    return globs.some((glob) => glob.leadsThrough(path)) && 'ifDirectory';
  };

  return {
    walk,
    streams: () => [...streams.values()],
    touchedBy,
    mayChangeBy,
    isSurplus: (stream) => isRotated(stream.path),
    async remove(stream, over) {
      streams.delete(stream.path);
      await stream.close();
      return over && !ports.follow ? [] : [{ type: 'forget', stream: stream.path }];
    },
    async close() {
      await Promise.all([...streams.values()].map((stream) => stream.close()));
    },
  };
}

const basesOf = (path: string): string[] =>
  rotationBases(basename(path)).map((base) => join(dirname(path), base));
