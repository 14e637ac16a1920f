import type { Db } from '../database/database.ts';
import { keptMedia } from './kept-media.ts';

/** One audio file that belongs to several calls, byte for byte. */
export interface IdenticalAudio {
  /** Number of calls with the file. */
  readonly calls: number;
  /** Number of source files with these bytes. */
  readonly files: number;
  readonly sizeBytes: number;
  /** The first of these calls by start and key, each with the path of its file. Start and key are the same in every archive. */
  readonly shown: readonly { readonly recordingId: string; readonly key: string; readonly path: string }[];
}

/** Calls shown per group. All are counted. */
const callsShown = 10;

/**
 * Yields audio files with the same bytes in different calls, at least one of which is in one of the bags. Successive states of a call count as one call, a file
 * shared by several rows counts as one file, and files that the importer itself marks as copies are skipped. Needs the index of digests; runs one query per
 * digest.
 */
export function* identicalFiles(db: Db, bags: readonly string[]): Generator<IdenticalAudio> {
  const digests = db.prepare<[string], { digest: bigint }>(
    `SELECT f.digest FROM recording r JOIN file f ON f.place = r.place WHERE r.bag IN (SELECT value FROM json_each(?)) AND r.joined <> 'duplicate-audio'
     AND EXISTS (SELECT 1 FROM file o WHERE o.digest = f.digest AND o.place <> f.place) GROUP BY f.digest`,
  );
  // The JSON list of a recording's media has two members before the first medium: see `keptMediaText`.
  const alike = `FROM file f JOIN recording r ON r.place = f.place JOIN media m ON m.place = f.place WHERE f.digest = ? AND r.joined <> 'duplicate-audio'`;
  const call = 'r.importer, r.site, r.key';
  const count = db.prepare<[bigint], { calls: number; files: number }>(
    `SELECT count(DISTINCT json_array(${call})) AS calls, count(DISTINCT json_array(r.importer, r.site, json_extract(m.list, '$[' || (f.n + 2) || '][0]'))) AS files ${alike}`,
  );
  const first = db.prepare<[bigint], { recordingId: string; key: string; n: number; list: string }>(
    `SELECT r.recordingId, r.key, f.n, m.list, min(r.place) ${alike} GROUP BY ${call} ORDER BY coalesce(r.start, ''), r.key, r.importer, r.site LIMIT ${callsShown}`,
  );
  for (const { digest } of digests.safeIntegers().iterate(JSON.stringify(bags))) {
    const { calls, files } = count.get(digest) ?? { calls: 0, files: 0 };
    if (calls < 2 || files < 2) continue;
    const rows = first.all(digest).flatMap(({ recordingId, key, n, list }) => {
      const medium = keptMedia(list).media[n];
      return medium === undefined ? [] : [{ recordingId, key, medium }];
    });
    const [one] = rows;
    // The index contains half of each digest, so the whole digests are compared here.
    const shown = rows.filter(({ medium }) => medium.sha256 === one?.medium.sha256);
    if (one === undefined || shown.length < 2) continue;
    yield { calls, files, sizeBytes: one.medium.sizeBytes, shown: shown.map(({ medium, ...rest }) => ({ ...rest, path: medium.path })) };
  }
}
