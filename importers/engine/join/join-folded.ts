import { agree } from '../../../src/core/base/agree.ts';
import type { KeyFilter } from '../../../src/core/base/key-filter.ts';
import type { MediaJudge } from '../../../src/core/base/media-judge.ts';
import { createTurns } from '../../../src/core/base/turns.ts';
import { type Finding, finding } from '../../../src/core/findings/finding.ts';
import type { Side } from '../../../src/core/model/recording.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import type { Claim } from '../records/claim.ts';
import type { KeyedFile } from '../records/claimed-file.ts';
import { type FoldedPath, foldedPath, mayBeSame } from '../records/folded-name.ts';

/** A file name written in the records of a call that has no file. */
interface FoldedRow {
  readonly group: string;
  readonly written: string;
  readonly folded: FoldedPath;
  readonly side: Side | null;
  readonly by: string;
  /** The call's records contain other names as well: weak names cannot show which of them mean the same file. */
  readonly isOneOfSeveral: boolean;
}

interface FoldedFile {
  readonly file: KeyedFile;
  readonly folded: FoldedPath;
}

/** Joins calls and files that no claim joined and whose names differ only in letter case, escapes, the query of a URL, the extension or the folders. */
export interface FoldedJoin {
  /** Takes a call whose claims matched no file. */
  row(group: string, claims: readonly Claim[]): void;
  /** Takes a file that no call got, if a call without a file has such a name in its records; returns true if so. Call it after every `row`. */
  takesFile(file: KeyedFile): boolean;
  /** Joins calls and files that are unique on both sides, and passes other files to `rest`. Resolves to true if anything was joined. */
  settle(owned: Stage, rest: (file: KeyedFile) => void, signal: AbortSignal): Promise<boolean>;
  findings(place: string): readonly Finding[];
}

/** Largest number of calls with one folded name that are counted. More need not be counted, because the name is then not unique. */
const rowsCounted = 1_000;

/** Returns the folded path by which a file may be joined; null if folding leaves nothing of its name. */
export function foldedFile({ path, stored }: Pick<KeyedFile, 'path' | 'stored'>, media: MediaJudge): FoldedPath | null {
  // The name of a container is not a folder of the recording.
  const own = stored ?? path;
  return foldedPath(own.slice(own.lastIndexOf('!') + 1), (name) => media.kindOfName(name) !== null);
}

/**
 * Opens a join by folded names. The caller closes both stages.
 * @param rows an empty stage
 * @param files an empty stage
 * @param stems stems of all files that may be taken; a row with none of them is not staged
 */
export function openFoldedJoin(rows: Stage, files: Stage, stems: Pick<KeyFilter, 'mayHave'>, media: MediaJudge): FoldedJoin {
  const isMedium = (name: string): boolean => media.kindOfName(name) !== null;
  const counts = { joined: 0, rowsLeft: 0, filesLeft: 0 };
  let example = '';
  return {
    row: (group, claims) => {
      const found = new Map<string, Omit<FoldedRow, 'isOneOfSeveral'>>();
      for (const { strength, written: named, path, side, by } of claims) {
        const written = named ?? path;
        if (written === undefined || (strength ?? 'exact') !== 'exact') continue;
        const folded = foldedPath(written, isMedium);
        if (folded !== null && !found.has(folded.stem)) found.set(folded.stem, { group, written, folded, side: side ?? null, by });
      }
      for (const [stem, row] of found) if (stems.mayHave(stem)) rows.put(stem, '', { ...row, isOneOfSeveral: found.size > 1 } satisfies FoldedRow);
    },
    takesFile: (file) => {
      if (rows.size === 0 || file.unknown !== undefined || file.kind === 'other') return false;
      const folded = foldedFile(file, media);
      if (folded === null || rows.get(folded.stem, 1).length === 0) return false;
      files.put(folded.stem, '', { file, folded } satisfies FoldedFile);
      return true;
    },
    settle: async (owned, rest, signal) => {
      const turns = createTurns();
      for (const { group: stem, values } of files.groups()) {
        if (turns.isDue()) await turns.take(signal);
        // Put by `takesFile` and `row`.
        const [facing, calls] = [values as readonly FoldedFile[], rows.get(stem, rowsCounted) as readonly FoldedRow[]];
        const [row, found] = [calls[0], facing[0]];
        if (row === undefined || found === undefined) continue;
        if (calls.length === 1 && facing.length === 1 && !row.isOneOfSeveral && mayBeSame(row.folded, found.folded)) {
          const { path, stored, kind, size } = found.file;
          const by = [`${row.by}, ignoring letter case, escapes and extension`];
          const file = { path, ...(stored === undefined ? {} : { stored }), kind, size, side: row.side ?? 'unknown', by, window: false, sharers: 1 };
          owned.put(row.group, path, file);
          owned.put(row.group, '', { answered: row.written });
          counts.joined++;
          continue;
        }
        if (example === '') example = found.file.path;
        counts.rowsLeft += calls.length;
        counts.filesLeft += facing.length;
        for (const { file } of facing) rest(file);
      }
      return counts.joined > 0;
    },
    findings: (place) => {
      const { joined, rowsLeft, filesLeft } = counts;
      const told: Finding[] = [];
      if (joined > 0)
        told.push(
          finding(
            'I345',
            place,
            agree`${joined} of ${joined + rowsLeft} call[s] [was|were] joined with a file whose name differs from the name in their records`,
            joined,
          ),
        );
      if (rowsLeft > 0) {
        const what = agree`${rowsLeft} call[s] without audio and ${filesLeft} file[s] without a row [has|have] similar names; nothing shows which belong together`;
        told.push(finding('I346', place, `${what}; the first: ${example}`, rowsLeft));
      }
      return told;
    },
  };
}
