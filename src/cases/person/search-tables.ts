import { join } from 'node:path';
import { keptTableFile } from '../../archive/documents/kept-table.ts';
import { refusalOf } from '../../core/base/error.ts';
import { createTurns } from '../../core/base/turns.ts';
import type { Sureness } from '../../core/identity/likeness.ts';
import { type Person, personAt } from '../../core/identity/person.ts';
import type { ArchivedTable } from '../../pipeline/open/read-kept-tables.ts';
import { mayBeIn } from './may-be-in.ts';
import type { TextForm, TextLikeness } from './person.ts';
import { rowReaderOf } from './rows-of.ts';
import { blocksOf, NotText, type TableBlock, type TableLine } from './table-lines.ts';
import { type Hit, likeLines, type TextJudge, textJudge } from './text-hits.ts';

/** Result of searching one kept table for a person. */
export interface SearchedTable {
  readonly bag: string;
  /** Path relative to the bag. */
  readonly path: string;
  /** Path of the table in the source. */
  readonly source: string;
  readonly site: string;
  readonly importer: string;
  /** Why the table was not searched: `not-text`, `damaged`, or the system's error code; null: it was searched. */
  readonly refused: string | null;
  /** Number of lines in which the person certainly occurs and, below, possibly occurs. */
  readonly certain: number;
  readonly uncertain: number;
  /** The first of these lines, certain ones first: `line 12`, counted from 1 within this file. */
  readonly hits: readonly Hit[];
}

/** Largest number of lines that are reported per table. */
const mostHits = 50;
/** Lines on which hits are compared, so that one line is counted once. */
const rememberedLines = 20_000;
/** Characters at the end of a piece of a long line that are searched again with the next piece: more than a name has. */
const overlapChars = 400;

/**
 * Searches kept tables as they are in their bags, because they also have rows that belong to no recording: line by line, as written and without escapes, and row
 * by row, because a reader of the table sees a row, whose cells may stand on several lines. A line that continues from an earlier part of its table is
 * searched as a whole. In an SQL statement, each row is searched separately, so that a number of one row is not combined with a name of another.
 */
export async function* searchTables(
  archiveDir: string,
  tables: readonly ArchivedTable[],
  asked: Person,
  signal: AbortSignal,
): AsyncGenerator<SearchedTable> {
  const turns = createTurns();
  for (const { bag, folder, table } of tables) {
    const place = {
      bag,
      path: `${folder}/${table.part.path}`,
      source: table.source.path,
      site: table.site,
      importer: table.importer,
    };
    const judge = textJudge(personAt(asked, table.site), { site: table.site, span: null }, new Set());
    const hits = createLineHits(judge);
    const search = searchLines(table.kind, judge, hits);
    let refused: string | null = null;
    const earlier = table.continues.map((one) => join(archiveDir, 'bags', one.bag, one.path));
    try {
      for (const block of blocksOf(join(archiveDir, 'bags', bag, place.path), earlier)) {
        search.begin(block);
        for (const line of block.lines()) {
          if (turns.isDue()) await turns.take(signal);
          search.take(line);
        }
      }
      search.end();
    } catch (error) {
      if (!(error instanceof NotText) && !(error instanceof Error && 'code' in error)) throw error;
      refused = error instanceof NotText ? 'not-text' : (refusalOf(error) ?? 'damaged');
    }
    yield { ...place, refused, ...hits.counts, hits: hits.first() };
  }
}

/** Hits in the lines of one table. A line, or a row of several lines, is counted once. */
interface LineHits {
  take(like: TextLikeness, from: number, to: number): void;
  readonly counts: Readonly<Record<Sureness, number>>;
  /** Returns the first hits, certain ones first. */
  first(): Hit[];
}

function createLineHits({ asTold }: Pick<TextJudge, 'asTold'>): LineHits {
  const found: { readonly certain: Hit[]; readonly uncertain: Hit[] } = { certain: [], uncertain: [] };
  const counts = { certain: 0, uncertain: 0 };
  const known = new Map<number, Sureness>();
  const forget = (line: number, field: string): void => {
    known.delete(line);
    counts.uncertain--;
    const at = found.uncertain.findIndex((one) => one.field === field);
    if (at >= 0) found.uncertain.splice(at, 1);
  };
  return {
    take: (like, from, to) => {
      const hit = asTold(like, `line ${from}`);
      for (let line = from; line <= to; line++) {
        const before = known.get(line);
        if (before === 'certain' || (before === 'uncertain' && hit.sureness === 'uncertain')) return;
      }
      for (let line = from; line <= to; line++) if (known.has(line)) forget(line, `line ${line}`);
      counts[hit.sureness]++;
      if (found[hit.sureness].length < mostHits) found[hit.sureness].push(hit);
      known.set(from, hit.sureness);
      const [oldest] = known.keys();
      if (known.size > rememberedLines && oldest !== undefined) known.delete(oldest);
    },
    counts,
    first: () => [...found.certain, ...found.uncertain].slice(0, mostHits),
  };
}

/** Searches the lines of one table, and its rows. */
interface LineSearch {
  /** Takes a block, whose lines follow. */
  begin(block: Pick<TableBlock, 'text' | 'isCut'>): void;
  take(line: TableLine): void;
  end(): void;
}

function searchLines(kind: string | null, { theirs }: Pick<TextJudge, 'theirs'>, hits: LineHits): LineSearch {
  const { reader, line: form } = rowReaderOf(kind);
  const rows = reader(theirs, {
    found: (like, line) => hits.take(like, line, line),
    text: (text, from, to, of) => {
      const like = likeLines(theirs, text, of);
      if (like !== null) hits.take(like, from, to);
    },
  });
  let overlap = '';
  /** False: nothing of the person is in any line of the block. */
  let isPossible = true;
  return {
    begin: ({ text }) => {
      const whole = overlap + text;
      isPossible = mayBeIn(theirs, whole);
      rows.begin(whole);
    },
    take: ({ text, number: line, isCut }) => {
      const like = isPossible ? likeRows(theirs, overlap + text, { form, isSql: kind === 'sql' || kind === 'sqlite' }) : null;
      if (like !== null) hits.take(like, line, line);
      rows.take(text, line, isCut);
      overlap = isCut ? text.slice(-overlapChars) : '';
    },
    end: () => rows.end(),
  };
}

/** Returns the place of the document of a kept table in the archive. */
export function tablePlace({ bag, path }: Pick<SearchedTable, 'bag' | 'path'>): string {
  return `bags/${bag}/${path.slice(0, path.lastIndexOf('/'))}/${keptTableFile}`;
}

/** Each row of an INSERT statement, and each line that only a carriage return ends, is searched as a row of its own. */
function likeRows(person: Person, line: string, { form, isSql }: { readonly form: TextForm; readonly isSql: boolean }): TextLikeness | null {
  if (!mayBeIn(person, line)) return null;
  const rows = isSql || line.length >= 4_096 ? line.split(/\)\s*,\s*\(/) : [line];
  const texts = form === 'row' ? rows.flatMap((row) => row.split('\r')).filter((row) => row.trim() !== '') : rows;
  let uncertain: TextLikeness | null = null;
  for (const text of texts) {
    const like = likeLines(person, text, form);
    if (like?.sureness === 'certain') return like;
    uncertain ??= like;
  }
  // A cell of a row may have a carriage return.
  return uncertain ?? (texts.length > rows.length ? likeLines(person, line) : null);
}
