import { searchLimits } from '../../core/search/search-terms.ts';
import { foldedWords } from '../../core/words/fold-text.ts';
import { type Db, namingFile } from '../database/database.ts';
import type { CatalogEntry } from './catalog-entry.ts';
import type { CatalogQuery } from './catalog-query.ts';
import { type EarlierRevision, earlierRevisions } from './earlier-revisions.ts';
import { findPlaces } from './find-places.ts';
import { alikeNumber, digestNumber, type KeptMedia, keptMedia } from './kept-media.ts';
import { labelOf } from './labels.ts';

/** Facts about an archived recording that decide whether it is imported again. */
export interface Newest
  extends Pick<
    CatalogEntry,
    | 'recordingId'
    | 'importer'
    | 'site'
    | 'key'
    | 'fingerprint'
    | 'revision'
    | 'described'
    | 'status'
    | 'joined'
    | 'reason'
    | 'durationMs'
    | 'doubtful'
    | 'sound'
  > {
  /** Bag of the recording's newest description. */
  readonly bag: string;
  /** Id and fingerprint of the first recording in this one's chain, in which each recording supersedes the one before. */
  readonly firstId: string;
  readonly firstFingerprint: string;
  /** Descriptions that amendments have replaced, oldest first. */
  readonly earlier: readonly EarlierRevision[];
}

/** The members that the recording's own row contains. */
type NewestRow = Omit<Newest, 'firstId' | 'firstFingerprint' | 'earlier'>;

/** A recording in its chain. */
interface Link {
  readonly row: NewestRow;
  /** Text of its files (`keptMediaText`); null if it has none. */
  readonly list: string | null;
  readonly isSuperseded: boolean;
}

/** Columns of `NewestRow`, in the order of `linkOf`, then those of the link. */
const linkColumns = `r.recordingId, r.importer, r.site, r.key, r.fingerprint, r.revision, r.described, r.status, r.joined, r.reason, r.durationMs, r.doubtful,
 r.sound, r.bag, m.list, EXISTS (SELECT 1 FROM recording s WHERE s.supersedes = r.recordingId)`;
const linked = 'recording r LEFT JOIN media m ON m.place = r.place';

/** A row of `linkColumns`. */
type LinkValues = readonly [
  ...ids: [recordingId: string, importer: string, site: string, key: string, fingerprint: string, revision: number, described: string],
  ...outcome: [
    status: string,
    joined: string,
    reason: string | null,
    durationMs: number | null,
    doubtful: number,
    sound: Newest['sound'],
    bag: string,
  ],
  ...link: [list: string | null, isSuperseded: number],
];

/** Returns a row as a link. One lookup per recording of an import: values in an array cost half of an object with the names of the columns. */
function linkOf(values: LinkValues): Link {
  const [recordingId, importer, site, key, fingerprint, revision, described, status, joined, reason, durationMs, doubtful, sound, bag] = values;
  const ids = { recordingId, importer, site, key, fingerprint, revision, described };
  return { row: { ...ids, status, joined, reason, durationMs, doubtful, sound, bag }, list: values[14], isSuperseded: values[15] === 1 };
}

/** A recording of the archive, with its files. */
export interface AlikeRecording extends Newest {
  readonly files: KeptMedia;
}

/** Answers to many questions from a single transaction, because a lock per question costs more than its answer. */
export interface Lookup extends Disposable {
  /**
   * The latest recording in the chain that begins with this one; its `firstId` and `firstFingerprint` are this one's. Null if this one is not in the archive.
   */
  newestOf(recordingId: string): Newest | null;
  /** Files of a recording and of all that supersede it, newest first; empty if the recording is not in the archive. */
  filesOf(recordingId: string): KeptMedia[];
  /**
   * The latest recordings of their chains whose newest description has this key, by position. An amended recording keeps its id, so the importer, site and key
   * of its newest description may differ from those from which the id was made.
   */
  withKey(key: string): Newest[];
  /** The latest recording of the chain to which this one belongs, with the id and fingerprint of the chain's first; null if this one is not in the archive. */
  latestOf(recordingId: string): Newest | null;
  /** Recordings, including superseded ones, that have a file with this base name and size, by position. */
  alikeTo(path: string, sizeBytes: number): AlikeRecording[];
  /** Recordings, including superseded ones, that have no files and have the row with this digest, by position. */
  withRow(sha256: string): AlikeRecording[];
  /** Ids of the recordings of a site that begin at a time (ISO) or later, in any order. */
  since(from: string, site: string): Iterable<string>;
  /**
   * Ids of recordings that have a value, or one that differs only in letter case, accents or punctuation, among their searchable values, by position. Returns
   * at most `most` ids. The catalog must be settled (`Catalog.settle`).
   */
  havingValue(value: string, most: number): string[];
  /**
   * Recordings whose newest description has a row from a later table, identified by the table's system and the row's key; at most `most`. The catalog must be
   * settled.
   */
  withAccount(system: string, key: string, most: number): Newest[];
  /** Ids of recordings that match a query, by position. The catalog must be settled. */
  matching(query: CatalogQuery): string[];
}

/**
 * Longest chain of superseding recordings that is followed. A chain has one link per change of the source; the limit only prevents endless loops in a damaged
 * catalog.
 */
export const longestChain = 10_000;

/** Starts a lookup in a catalog whose ids and files are indexed. @param isEmpty true: the catalog has no bag and may have no index */
export function openLookup(file: string, db: Db, isEmpty: boolean): Lookup {
  const answers = isEmpty ? noAnswers : chainAnswers(db);
  db.exec('BEGIN');
  return namingFile(file, { ...answers, [Symbol.dispose]: () => void db.exec('COMMIT') });
}

/** A position before all others. */
const firstPlace = -(2n ** 63n);

/** Answers of an empty catalog. */
const noAnswers: Omit<Lookup, keyof Disposable> = {
  newestOf: () => null,
  filesOf: () => [],
  withKey: () => [],
  latestOf: () => null,
  alikeTo: () => [],
  withRow: () => [],
  since: () => [],
  havingValue: () => [],
  withAccount: () => [],
  matching: () => [],
};

/**
 * Returns a lookup in a catalog with bags.
 * One function: the statements of one database, and the methods that run them.
 */
function chainAnswers(db: Db): Omit<Lookup, keyof Disposable> {
  const byId = db.prepare<[string], LinkValues>(`SELECT ${linkColumns} FROM ${linked} WHERE r.recordingId = ?`).raw();
  const bySuperseded = db
    .prepare<[string], LinkValues>(`SELECT ${linkColumns} FROM ${linked} WHERE r.supersedes = ? ORDER BY r.place DESC LIMIT 1`)
    .raw();
  const supersededBy = db.prepare<[string], { supersedes: string }>(
    'SELECT s.supersedes FROM recording s JOIN recording r ON r.recordingId = s.supersedes WHERE s.recordingId = ?',
  );
  const keyed = db.prepare<[string], { recordingId: string }>('SELECT recordingId FROM recording WHERE key = ? ORDER BY place');
  const alike = db
    .prepare<[bigint], LinkValues>(
      `SELECT ${linkColumns} FROM ${linked} WHERE m.list IS NOT NULL AND r.place IN (SELECT place FROM file WHERE alike = ?) ORDER BY r.place`,
    )
    .raw();
  const byWords = db.prepare<[string, bigint], { recordingId: string }>(
    'SELECT r.recordingId FROM recording_text t CROSS JOIN recording r ON r.place = t.rowid WHERE recording_text MATCH ? ORDER BY t.rowid LIMIT ?',
  );
  const byPlace = db.prepare<[bigint], { recordingId: string }>('SELECT recordingId FROM recording WHERE place = ?');
  // Read in pages, because other statements run in between.
  const after = db.prepare<[bigint, string, string], { place: bigint; recordingId: string }>(
    'SELECT place, recordingId FROM recording WHERE place > ? AND start >= ? AND site = ? ORDER BY place LIMIT 1000',
  );
  const earlier = earlierRevisions(db);
  const withHistory = (row: NewestRow, first: Pick<NewestRow, 'recordingId' | 'fingerprint'>): Newest => ({
    ...row,
    firstId: first.recordingId,
    firstFingerprint: first.fingerprint,
    earlier: row.revision === 1 ? [] : earlier.of(row.recordingId),
  });
  /** The chain that was read last: one recording of a source is looked up several times in succession, and nothing changes within the transaction. */
  let kept: { readonly recordingId: string; readonly chain: readonly Link[]; readonly newest: Newest | null } | null = null;
  /** Returns a recording and the chain of those that supersede it. */
  const chainOf = (recordingId: string): NonNullable<typeof kept> => {
    if (kept?.recordingId === recordingId) return kept;
    const chain = readChain(recordingId);
    const [first, last] = [chain[0], chain.at(-1)];
    kept = { recordingId, chain, newest: first === undefined || last === undefined ? null : withHistory(last.row, first.row) };
    return kept;
  };
  const readChain = (recordingId: string): readonly Link[] => {
    const chain: Link[] = [];
    for (let values = byId.get(recordingId); values !== undefined && chain.length < longestChain; ) {
      const link = linkOf(values);
      chain.push(link);
      values = link.isSuperseded ? bySuperseded.get(link.row.recordingId) : undefined;
    }
    return chain;
  };
  const newestOf = (recordingId: string): Newest | null => chainOf(recordingId).newest;
  /** Returns the id of the first recording of a chain, as far as the catalog has it. */
  const firstOf = (recordingId: string): string => {
    let first = recordingId;
    for (let links = 0; links < longestChain; links++) {
      const before = supersededBy.get(first)?.supersedes;
      if (before === undefined) break;
      first = before;
    }
    return first;
  };
  const alikeBy = (number: bigint): AlikeRecording[] =>
    alike.all(number).flatMap((values) => {
      const { row, list } = linkOf(values);
      return list === null ? [] : [{ ...withHistory(row, row), files: keptMedia(list) }];
    });
  return {
    newestOf,
    filesOf: (recordingId) => [...chainOf(recordingId).chain].reverse().flatMap(({ list }) => (list === null ? [] : [keptMedia(list)])),
    withKey: (key) => {
      const firsts = new Set(keyed.all(key).map(({ recordingId }) => firstOf(recordingId)));
      return [...firsts].flatMap((first) => newestOf(first) ?? []).filter((found) => found.key === key);
    },
    latestOf: (recordingId) => newestOf(firstOf(recordingId)),
    alikeTo: (path, sizeBytes) => alikeBy(alikeNumber(path, sizeBytes)),
    since: function* (from, site) {
      for (let place = firstPlace, rows = after.all(place, from, site); rows.length > 0; rows = after.all(place, from, site))
        for (const row of rows) {
          place = row.place;
          yield row.recordingId;
        }
    },
    withRow: (sha256) => alikeBy(digestNumber(sha256)).filter(({ files }) => files.rows.includes(sha256)),
    havingValue: (value, most) => {
      const words = foldedWords(value.slice(0, searchLimits.characters));
      return words === '' ? [] : byWords.all(`text : "${words}"`, BigInt(most)).map(({ recordingId }) => recordingId);
    },
    withAccount: (system, key, most) =>
      byWords.all(`labels : "${labelOf('account', key, system)}"`, BigInt(most)).flatMap(({ recordingId }) => newestOf(recordingId) ?? []),
    matching: (query) => [...findPlaces(db, query)].flat().flatMap((place) => byPlace.get(BigInt(place))?.recordingId ?? []),
  };
}
