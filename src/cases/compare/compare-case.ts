import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { CaseDocument, ComparedCounts } from '../../archive/documents/case-json.ts';
import { hashFile } from '../../archive/files/hash-file.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { LongplayError } from '../../core/base/error.ts';
import { createTurns } from '../../core/base/turns.ts';
import { finding } from '../../core/findings/finding.ts';
import type { People } from '../../core/identity/people.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { createDigestedFile } from '../../pipeline/files/digested-file.ts';
import { makeScratch, removeScratch } from '../../pipeline/files/scratch.ts';
import { standingBagsOf } from '../../pipeline/open/landed-bags.ts';
import { type BagsNotIndexed, bagsNotIndexed } from '../../pipeline/open/left-out-bags.ts';
import { openForReading } from '../../pipeline/open/open-archive.ts';
import { csvRow, csvTable } from '../../report/calls/csv.ts';
import { createSealer } from '../../sealing/sealer.ts';
import { type OpenedFile, openFile } from '../../sealing/stored/stored-bytes.ts';
import type { CaseWork } from '../edit/edit-case.ts';
import { refuseOutdated } from '../store/case-state.ts';
import { openCase } from '../store/store.ts';
import { createAnswerer } from './answer-row.ts';
import { type AnsweredRow, type Answers, openAnswers } from './answers.ts';
import { type RowAnswer, without } from './decide-row.ts';
import { type ComparisonCsv, fileName, keepComparison } from './keep-comparison.ts';
import { columnText, givenColumns } from './list-columns.ts';
import { type ListHead, type ListRow, readList } from './list-rows.ts';
import { type ListSites, listSites } from './list-sites.ts';

/** A request to compare a case with a list, and how to read the list. */
export interface CompareRequest {
  /** Path of the list. */
  readonly list: string;
  readonly openList: (path: string) => Promise<ByteReader & { close(): Promise<void> }>;
  /** Meanings of columns, e.g. `start=COLUMN`; empty: columns are recognised by their names. */
  readonly columns: readonly string[];
  readonly timeFormat: string;
  /** IANA zone of times without an offset; null: the zone of the archive's calls, or of the row's site. */
  readonly zone: string | null;
  readonly toleranceMs: number;
  /** The register of persons; null if none was given. */
  readonly people: People | null;
  /** Writes the comparison to the user's file, unencrypted. Absent: the user asked for no file. */
  readonly handOut?: (csv: ComparisonCsv) => Promise<void>;
}

/** Result of comparing a case with a list. */
export interface Compared extends ComparedCounts, BagsNotIndexed {
  readonly id: string;
  /** SHA-256 of the list. */
  readonly sha256: string;
  readonly columns: readonly string[];
  /** False: the case already had the same comparison. */
  readonly isKept: boolean;
}

/**
 * Compares a case with a list of calls or orders, row by row, in constant memory. Yields one `compared-row` result per row, in order, and one `unnamed` result
 * per recording of the case that no row names. The case keeps the comparison.
 * @throws LongplayError usage C100, C191; incomplete C197, C115
 */
export async function* compareCase(
  archiveDir: string,
  wanted: string,
  request: CompareRequest,
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Compared> {
  givenColumns(request.columns);
  using opened = yield* openForReading(archiveDir, tools.temporary, signal);
  const { archive, catalog } = opened;
  const { document } = await openCase(archive, wanted, tools.keys, signal);
  await refuseOutdated(archive, document.id, tools.keys, signal);
  const name = basename(request.list);
  const scratch = makeScratch(tools.temporary);
  const answers = openAnswers(scratch);
  try {
    const sites = listSites(catalog, request.zone);
    yield { type: 'notice', message: `${name}: ${sites.said}` };
    const notIndexed = bagsNotIndexed(archive, catalog, await standingBagsOf(archive, tools.keys, signal));
    const answer = createAnswerer(opened, document, { ...request, isOneSite: sites.isOne, notIndexed }, signal);
    const { head, sha256, sizeBytes } = yield* answerAll({ request, sites, scratch, answer, answers }, signal);
    const { counts, csv } = yield* tellAll(answers, document, { path: join(scratch, fileName), isSealed: archive.page !== null }, signal);
    for (const [code, number, words] of [
      ['C192', counts.outside, 'rows match recordings of the archive that are not in the case'],
      ['C193', counts.perhaps, 'rows possibly match recordings of the archive'],
      ['C194', counts.missing, 'rows match no recording of the archive'],
      ['C195', counts.unread, 'rows could not be read, or contain nothing that identifies a call'],
      ['C196', counts.unnamed, 'recordings of the case are named by no row'],
    ] as const)
      if (number > 0) yield findingEvent(finding(code, name, `${number} ${words}`));
    const columns = head.columns.map(columnText);
    const made = {
      ...{ at: tools.now(), by: tools.user(), name, sha256, sizeBytes, columns, zone: sites.zoneOf(null), timeFormat: request.timeFormat },
      ...{ toleranceMs: request.toleranceMs, counts },
    };
    const isKept = await keepComparison(archive, document.id, { made, csv }, tools, signal);
    // The user's file is written last, so that the command can be repeated after a kill: no file exists yet.
    await request.handOut?.(csv);
    return { id: document.id, ...counts, sha256, columns, ...notIndexed, isKept };
  } finally {
    answers.close();
    removeScratch(scratch);
  }
}

/** A list, the sources of the answers to its rows, and the place of the answers. */
interface ListWork {
  readonly request: CompareRequest;
  readonly sites: ListSites;
  /** Folder for temporary files. */
  readonly scratch: string;
  readonly answer: (row: ListRow) => RowAnswer;
  readonly answers: Answers;
}

/** Reads the list and answers each row. */
async function* answerAll(
  { request, sites, scratch, answer, answers }: ListWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly head: ListHead; readonly sha256: string; readonly sizeBytes: number }> {
  const { list, openList, columns, timeFormat } = request;
  const { zoneOf, siteOf } = sites;
  const place = basename(list);
  const reader = await openList(list);
  try {
    const before = hashFile(list, ['sha256']);
    const turns = createTurns();
    let head: ListHead | null = null;
    let rows = 0;
    for await (const item of readList(reader, { columns: givenColumns(columns), timeFormat, zoneOf, siteOf, place, scratch }, signal)) {
      if (turns.isDue()) await turns.take(signal);
      if ('code' in item) {
        yield findingEvent(item);
        continue;
      }
      if (item.kind === 'head') {
        head = item;
        yield { type: 'notice', message: headText(place, item) };
        continue;
      }
      if (item.kind === 'lost') {
        yield findingEvent(item.finding);
        answers.add(null, without('unread', [item.finding.message]));
      } else answers.add(item, item.problem === null ? answer(item) : without('unread', [item.problem]));
      rows++;
      if (rows % 1_000 === 0)
        yield { type: 'progress', phase: 'reading', done: rows, total: null, unit: 'rows', bytes: 0, bytesTotal: null, audioMs: 0 };
    }
    if (head === null)
      throw new LongplayError('usage', 'C191', `${place} has no rows: there is nothing to compare with`, 'give a table with a header and rows');
    const after = hashFile(list, ['sha256']);
    const { sha256 = '' } = after.digests;
    if (sha256 !== before.digests.sha256)
      throw new LongplayError('incomplete', 'C197', `${place} was changed while it was read`, 'compare with a copy of it');
    return { head, sha256, sizeBytes: after.sizeBytes };
  } finally {
    await reader.close();
  }
}

/** Describes which columns of a header were used and which were not. */
function headText(place: string, { columns, unused }: ListHead): string {
  const shown = (names: readonly string[]): string =>
    names
      .slice(0, mostNames)
      .map((name) => name.slice(0, 60))
      .join(', ') + (names.length > mostNames ? ` and ${names.length - mostNames} more` : '');
  return `${place} is read as ${shown(columns.map(columnText))}${unused.length === 0 ? '' : `; not used: ${shown(unused)}`}; --column reads it in another way`;
}

const mostNames = 20;

/** Reports all answers, writes them as CSV, and counts them. */
async function* tellAll(
  answers: Answers,
  { recordings }: Pick<CaseDocument, 'recordings'>,
  { path, isSealed }: { readonly path: string; readonly isSealed: boolean },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, { readonly counts: ComparedCounts; readonly csv: ComparisonCsv }> {
  const counts = { rows: 0, found: 0, outside: 0, perhaps: 0, missing: 0, unread: 0, recordings: recordings.length, unnamed: 0 };
  const named = new Set<string>();
  const members = new Set(recordings.map(({ recordingId }) => recordingId));
  const sealer = isSealed ? createSealer() : null;
  const file = createDigestedFile(path, sealer ?? undefined);
  const longer = createHash('sha512');
  let sizeBytes = 0;
  const write = (text: string): void => {
    const bytes = Buffer.from(text, 'utf8');
    longer.update(bytes);
    sizeBytes += bytes.length;
    file.write(bytes);
  };
  try {
    write(csvTable(csvNames, []));
    const turns = createTurns();
    for (const row of answers.all()) {
      if (turns.isDue()) await turns.take(signal);
      counts.rows++;
      counts[row.outcome]++;
      for (const id of [...row.inCase, ...row.perhaps]) if (members.has(id)) named.add(id);
      write(csvRow(csvCells(row)));
      yield { type: 'result', of: 'compared-row', value: { ...row } };
    }
    for (const { recordingId } of recordings) {
      if (named.has(recordingId)) continue;
      counts.unnamed++;
      write(csvRow([null, 'unnamed', '', '', '', recordingId, '', '', 'no row of the list names it']));
      yield { type: 'result', of: 'unnamed', value: { recordingId } };
    }
    const sha256 = file.finish();
    const secret = sealer?.secretsOf([fileName])[fileName] ?? null;
    const open = (): OpenedFile => openFile(secret === null ? path : path + sealedEnding, secret, 'the comparison');
    return { counts, csv: { open, sizeBytes, sha256, sha512: longer.digest('hex') } };
  } finally {
    file.discard();
  }
}

const csvNames = ['row', 'outcome', 'list', 'from', 'to', 'inCase', 'inArchive', 'perhaps', 'why'] as const;

function csvCells({ row, outcome, says, from, to, inCase, inArchive, perhaps, why }: AnsweredRow): (string | number | null)[] {
  return [row, outcome, says, from, to, inCase.join(' '), inArchive.join(' '), perhaps.join(' '), why.join('; ')];
}
