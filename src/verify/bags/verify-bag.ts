import { type BagRules, checkBag } from '../../archive/bag/check.ts';
import { baggingYear, bagType, makingOf, newerBagText, newerBagVersion } from '../../archive/bag/info.ts';
import { recordingFolder } from '../../archive/bag/names.ts';
import { type DigestedFile, digestedFiles, type Hasher } from '../../archive/files/file-batch.ts';
import { limits } from '../../core/base/limits.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { createVerdictCap } from '../../core/model/verdict-cap.ts';
import { createStrataTally, type PlayedStratum } from '../../log/history/strata.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';
import type { KeyringLists } from '../../sealing/keyring/lists.ts';
import { namesErasedAlone } from '../../sealing/stored/erased-files.ts';
import { documentSecrets, secretsOfRecordings } from '../../sealing/stored/secrets-of.ts';
import type { EntryDigest } from '../../store/catalog/catalog-entry.ts';
import type { CheckResult, CheckTask } from '../play/check-task.ts';
import { createPartedRecordings } from '../play/parted-recordings.ts';
import type { PlayLevel } from '../play/play-recording.ts';
import { createNotes, type PlayNote } from '../play/played-verdicts.ts';
import { destroyedTables, tryTables } from '../sealed/kept-tables.ts';
import type { BagWorkCount } from './bags-work.ts';
import { erasedOrNot, type LoggedErasures, listedSecrets } from './erased-recordings.ts';
import type { Examination } from './examinations.ts';
import { keptEntries } from './kept-tables.ts';
import { runChecked } from './run-checked.ts';

/** Amounts that progress events add up. */
type Amounts = Omit<BagProgress, 'kind' | 'decodedMs' | 'entries' | 'strata' | 'taken'>;

/** Amounts read since the last progress event. */
export interface BagProgress {
  readonly kind: 'read';
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
  /** Audio duration of the copies; if decoding was requested, of all decoded files. */
  readonly audioMs: number;
  /** The part of `audioMs` that was decoded. */
  readonly decodedMs: number;
  /** As in `ExaminedRecordings`. */
  readonly media: number;
  readonly sounding: number;
  readonly soundMs: number;
  /** Expected catalog entries of the recordings, and of the kept tables in a bag of tables. */
  readonly entries: readonly EntryDigest[];
  /** Decoding results by stratum; `encodeStrata` formats them. */
  readonly strata: readonly PlayedStratum[];
  /** Recordings that should have been decoded and could not be tried, because a program, a password or a file is missing. */
  readonly untried: number;
  /** Sealed recordings of which only the stored bytes were checked, without a key. */
  readonly unopened: number;
  /** Sealed amendments of which only the stored bytes were checked. They are neither in `unopened` nor in `untried`. */
  readonly amendmentsUnopened: number;
  /** Sealed recordings and amendments, among the unopened ones, whose document was opened for its catalog entry, in this run or by the one whose results were taken over. */
  readonly described: number;
  /** Sealed recordings that were erased: only their stored bytes were checked, because no secret opens them. */
  readonly erased: number;
  /** Sealed files that were erased alone, checked in the same way. */
  readonly erasedFiles: number;
  /** Number of sealed kept tables that were opened. */
  readonly tables: number;
  /** Number of sealed kept tables and amendments that should have been opened and whose secrets the keyring lacks. */
  readonly itemsClosed: number;
  /** Numbers of sealed recordings, and of kept tables and amendments, whose secrets are lost for good, as two persons acknowledged. The others exclude them. */
  readonly lost: number;
  readonly itemsLost: number;
  /** Number of kept tables that could not be read, so that `entries` is incomplete; absent: none. */
  readonly tablesUnread?: number;
  /** Results that depend on more than the bytes of the bag, e.g. on the manifests of another bag: they must not be taken over by a later run. */
  readonly isBound: boolean;
  /** Earlier examination of the same bytes whose results were taken over; absent: the documents and copies were examined. */
  readonly taken?: Examination;
}

/** Files per task: enough that the transfer to a thread costs little; fewer if each copy is decoded, which takes long. */
const readFiles = 1_024;
const playedFiles = 128;

/** Tasks per thread. Answers are taken in order: this many tasks continue while a large file is read. */
const tasksAhead = 8;

const nothing: Amounts = {
  files: 0,
  recordings: 0,
  bytes: 0,
  audioMs: 0,
  media: 0,
  sounding: 0,
  soundMs: 0,
  untried: 0,
  unopened: 0,
  amendmentsUnopened: 0,
  described: 0,
  erased: 0,
  erasedFiles: 0,
  tables: 0,
  itemsClosed: 0,
  lost: 0,
  itemsLost: 0,
  isBound: false,
};

/** Tools and extent of a bag's check. */
export interface VerifyBagTools {
  readonly pool: WorkerPool;
  readonly play: PlayLevel;
  /**
   * True: the keyring of this process is unlocked. If anything is to be decoded, sealed recordings are opened with it; if not, as with `describes`. Absent: they
   * are checked without any key.
   */
  readonly opens?: boolean;
  /** True: the keyring of this process is unlocked, and the documents of sealed recordings are opened for their catalog entries, and nothing else of them. */
  readonly describes?: boolean;
  /** Pages of the keyring that are lost for good, as two persons acknowledged; absent: none. */
  readonly lostPages?: ReadonlySet<string>;
  /** Lists of the keyring, which can be read without any root; used if sealed recordings are not opened. Absent: unknown. */
  readonly lists?: KeyringLists;
  /** What the log says of erased recordings; absent or null: nothing is known. */
  readonly erasures?: LoggedErasures;
  readonly rules: BagRules;
  /** `sha256`: only the SHA-256 digests of the payload, if the bag has them; all digests by default. Nothing else is left out. */
  readonly digests?: 'sha256' | 'all';
  /** Examination of the same bytes by an earlier run: documents and copies are not examined again if nothing is to be decoded. Absent: they are. */
  readonly examined?: Examination;
  /** Folder for temporary files. */
  readonly temporary?: string;
  /** Counts the work, for the estimate of remaining time. */
  readonly count?: BagWorkCount;
  /** An additional digest of every listed file, computed in the same read. */
  readonly further?: FurtherDigest;
}

/** A digest algorithm that the bag does not have. */
export interface FurtherDigest {
  readonly algorithm: string;
  /** Receives each file that matches its manifest entry, with the further digest and those that were compared. */
  readonly take: (file: DigestedFile) => void;
}

/**
 * Checks a bag with all worker threads: its BagIt structure as `checkBag` does, and longplay's own recordings in the same read.
 * One function: its steps are named within it, and every answer of a thread adds to the same sums.
 * @param place name of the bag in verdicts
 */
export async function* verifyBag(path: string, place: string, tools: VerifyBagTools, signal: AbortSignal): AsyncGenerator<Verdict | BagProgress> {
  const { pool, play, further, count, opens = false, describes = opens, lists, erasures, examined } = tools;
  const making = makingOf(path);
  const isAmending = making !== null && bagType(path) === 'amendment';
  let elsewhere: ReturnType<typeof namesErasedAlone> | null = null;
  const isLost = making !== null && tools.lostPages?.has(making) === true;
  const newer = newerBagVersion(path);
  if (newer !== null) {
    // The meaning of a newer layout is unknown: nothing can be said about the bag.
    yield errorVerdict('unreachable', 'A169', place, newerBagText(newer));
    return;
  }
  const asked = further === undefined ? {} : { further: [further.algorithm] };
  const importYear = play === 'none' ? null : baggingYear(path);
  const inside: Verdict[] = [];
  const cap = createVerdictCap(limits.bagVerdicts);
  const said = new Set<string>();
  const counted = new Set<string>();
  const alarmed = new Set<string>();
  const erasedNow = { recordings: new Set<string>(), files: new Set<string>() };
  const parted = createPartedRecordings();
  const entries: EntryDigest[] = [];
  const notes = createNotes();
  let strata = createStrataTally();
  let read = nothing;
  const hash: Hasher<CheckResult> = {
    // Many more tasks than threads, so that no thread waits while the main thread fetches the next files or a large file is read.
    atOnce: pool.size * tasksAhead,
    batchFiles: play !== 'none' ? playedFiles : readFiles,
    digest: (batch) => {
      const task: CheckTask = { ...batch, ...asked, kind: 'check', place, play, importYear, ...(examined === undefined ? {} : { isExamined: true }) };
      return checked({ ...task, ...secretsFor(batch.names) });
    },
    take: (result, batch) => {
      if (further !== undefined) for (const file of digestedFiles({ ...batch, ...asked }, result)) further.take(file);
      take(result);
    },
  };
  const { rules, digests = 'all', temporary } = tools;
  const options = { hash, place, rules, digests, isKnown: examined !== undefined, ...(temporary === undefined ? {} : { temporary }) };
  for await (const verdict of checkBag(path, options, signal)) {
    if (verdict !== null) {
      said.add(sayingOf(verdict));
      if (verdict.more !== undefined) counted.add(verdict.verdict);
      yield verdict;
    } else if (read.files > 0) yield progress();
  }
  for (const whole of parted.whole()) {
    const task: CheckTask = { kind: 'check', bag: path, names: [], algorithms: [], listed: '', whole, place, play, importYear };
    take(await checked({ ...task, ...secretsFor(whole.files.map(({ path }) => path)) }));
    yield progress();
  }
  for (const verdict of parted.verdicts(place)) if (cap.pass(verdict)) inside.push(verdict);
  if (making !== null && opens && play !== 'none' && bagType(path) === 'tables') {
    const tried = await tryTables({ path, making, place }, signal);
    for (const verdict of tried.verdicts) if (cap.pass(verdict)) inside.push(verdict);
    addNotes(tried.notes);
    read = { ...read, tables: tried.opened, [isLost ? 'itemsLost' : 'itemsClosed']: tried.closed };
  } else if (making !== null && lists !== undefined && bagType(path) === 'tables')
    for (const verdict of destroyedTables({ path, making, place }, lists)) if (cap.pass(verdict)) inside.push(verdict);
  if (bagType(path) === 'tables' && examined === undefined && (making === null || describes)) {
    const kept = await keptEntries(path, place, signal);
    entries.push(...kept.entries);
    read = { ...read, tablesUnread: kept.unread };
    for (const verdict of kept.verdicts) if (cap.pass(verdict)) inside.push(verdict);
  }
  // A fault that the manifests already show is not repeated from recording.json: one loss, one line.
  for (const verdict of inside) if (!said.has(sayingOf(verdict))) yield verdict;
  for (const verdict of cap.rest(place)) if (!counted.has(verdict.verdict)) yield verdict;
  yield* notes.verdicts(place);
  if (examined !== undefined) takeOver(examined);
  yield progress();

  /** Adds the results of an earlier examination. What was erased since counts as erased. */
  function takeOver({ recordings, audioMs, media, sounding }: Examination): void {
    const erased = erasedNow.recordings.size;
    const unopened = making === null ? 0 : recordings - erased;
    const lost = isLost ? unopened : 0;
    const described = describes ? unopened : 0;
    read = { ...read, recordings, audioMs, media, sounding, erased, erasedFiles: erasedNow.files.size, unopened, described, lost };
  }

  /**
   * Returns the secrets of the recordings to which these files belong, and the ids of erased ones. A recording that the keyring does not have is not opened and
   * counts as untried.
   */
  function secretsFor(names: readonly string[]): Pick<CheckTask, 'secrets' | 'documents' | 'erased' | 'erasedFiles'> {
    if (making === null) return {};
    const stored = new Map<string, string[]>();
    for (const name of names) {
      const folder = recordingFolder(name);
      if (folder === null) continue;
      const id = folder.slice('data/'.length, -1);
      const own = stored.get(id);
      if (own === undefined) stored.set(id, [name.slice(folder.length)]);
      else own.push(name.slice(folder.length));
    }
    const listed = lists === undefined ? null : listedSecrets(lists, making, stored);
    const known = opens ? secretsOfRecordings(path, stored.keys()) : listed;
    const { verdicts, secrets, ...found } = erasedOrNot(place, stored, known, erasures);
    for (const id of found.erased) erasedNow.recordings.add(id);
    for (const file of found.erasedFiles ?? []) erasedNow.files.add(file);
    // An amendment refers to files in other bags.
    if (describes && isAmending) elsewhere ??= namesErasedAlone();
    const others = [...stored.keys()].flatMap((id) => [...(elsewhere?.get(id) ?? [])].map((name) => `${id}/${name}`));
    for (const verdict of verdicts) {
      // A recording whose files are in several tasks is looked up for each of the tasks.
      if (alarmed.has(sayingOf(verdict))) continue;
      alarmed.add(sayingOf(verdict));
      if (cap.pass(verdict)) inside.push(verdict);
    }
    const asked = others.length === 0 ? found : { ...found, erasedFiles: [...(found.erasedFiles ?? []), ...others] };
    if (play !== 'none' && secrets !== undefined) return { ...asked, secrets };
    if (!describes || examined !== undefined) return asked;
    const erased = new Set(asked.erased);
    const left = [...stored.keys()].filter((id) => !erased.has(id));
    return { ...asked, documents: documentSecrets(path, left) };
  }

  async function checked(task: CheckTask): Promise<CheckResult> {
    const own = count?.task(task.whole !== undefined || task.names.some((name) => recordingFolder(name) !== null));
    let result: CheckResult | null = null;
    try {
      result = await runChecked(pool, task, own?.meter);
      return result;
    } finally {
      own?.end(result);
    }
  }

  function take(result: CheckResult): void {
    for (const verdict of result.verdicts) if (cap.pass(verdict)) inside.push(verdict);
    for (const part of result.parts ?? []) parted.add(part);
    for (const entry of result.entries) entries.push(entry);
    addNotes(result.notes);
    const lost = isLost ? result.unopened : 0;
    const closed = play === 'none' || isLost ? 0 : result.amendmentsUnopened;
    for (const stratum of result.strata) strata.add(stratum, stratum);
    read = {
      files: read.files + result.files,
      recordings: read.recordings + result.recordings,
      bytes: read.bytes + result.bytes,
      audioMs: read.audioMs + result.audioMs,
      media: read.media + result.media,
      sounding: read.sounding + result.sounding,
      soundMs: read.soundMs + result.soundMs,
      untried: read.untried + result.untried - (play === 'none' ? 0 : lost),
      unopened: read.unopened + result.unopened,
      amendmentsUnopened: read.amendmentsUnopened + result.amendmentsUnopened,
      described: read.described + result.described,
      erased: read.erased + result.erased,
      erasedFiles: read.erasedFiles + result.erasedFiles,
      tables: read.tables,
      itemsClosed: read.itemsClosed + closed,
      lost: read.lost + lost,
      itemsLost: read.itemsLost + (isLost ? result.amendmentsUnopened : 0),
      isBound: read.isBound || result.isBound,
    };
  }

  /** Adds notes; what the keyring lacks in a bag whose page is lost for good is lost as well. */
  function addNotes(some: readonly PlayNote[]): void {
    notes.add(isLost ? some.map((note): PlayNote => (note.code === 'K203' ? { ...note, code: 'K132' } : note)) : some);
  }

  function progress(): BagProgress {
    const made: BagProgress = {
      kind: 'read',
      ...read,
      decodedMs: play === 'none' ? 0 : read.audioMs,
      entries: entries.splice(0),
      strata: strata.list(),
      ...(examined === undefined ? {} : { taken: examined }),
    };
    read = nothing;
    strata = createStrataTally();
    return made;
  }
}

function sayingOf({ verdict, path }: Verdict): string {
  return `${verdict} ${path}`;
}

/** Returns the number of sealed recordings and amendments whose documents were not opened. Their catalog entries are unknown. */
export function undescribedIn({
  unopened,
  amendmentsUnopened,
  described,
}: Pick<BagProgress, 'unopened' | 'amendmentsUnopened' | 'described'>): number {
  return unopened + amendmentsUnopened - described;
}
