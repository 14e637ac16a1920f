import { existsSync } from 'node:fs';
import { caseFolder } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { finding } from '../../core/findings/finding.ts';
import type { Sureness } from '../../core/identity/likeness.ts';
import type { Person } from '../../core/identity/person.ts';
import { readCaseHistories } from '../../log/read/case-digests.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { EntryTools } from '../../pipeline/open/enter-one.ts';
import { archivedTables } from '../../pipeline/open/read-kept-tables.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';
import { searchCaseDocuments } from '../person/search-cases.ts';
import { searchLog } from '../person/search-log.ts';
import { type SearchedMessages, searchMessages } from '../person/search-messages.ts';
import { type SearchedTable, searchTables, tablePlace } from '../person/search-tables.ts';
import { deletedAmong, findOutdated, outdatedFinding } from '../store/case-state.ts';
import { messagesItem } from '../store/review-state.ts';

/** Result of searching all kept tables. */
interface InTables {
  readonly searched: number;
  readonly lines: Readonly<Record<Sureness, number>>;
  /** Number of tables that are damaged or missing. */
  readonly damaged: number;
  /** Number of tables that the system refuses to read now, or that are not text. */
  readonly closed: number;
}

/** Searches the kept tables. Yields one `result` for each table that names the person, and findings about tables that cannot be read. */
export async function* searchKeptTables(
  { archive, catalog }: { readonly archive: Archive; readonly catalog: Catalog },
  person: Person,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, InTables> {
  const tables = archivedTables(catalog);
  const lines = { certain: 0, uncertain: 0 };
  let [damaged, closed] = [0, 0];
  for await (const table of searchTables(archive.dir, tables, person, signal)) {
    const { refused, certain, uncertain } = table;
    if (refused === 'damaged') {
      damaged++;
      yield findingEvent(finding('P131', tablePlace(table), 'the table cannot be read, so it is unknown whom it concerns'));
    } else if (refused !== null) {
      closed++;
      if (refused !== 'not-text')
        yield findingEvent(finding('P175', tablePlace(table), `its table cannot be read (${refused}); it was not searched`));
    }
    lines.certain += certain;
    lines.uncertain += uncertain;
    if (certain + uncertain > 0) yield { type: 'result', of: 'subject-table', value: { ...table } satisfies SearchedTable };
  }
  return { searched: tables.length - damaged - closed, lines, damaged, closed };
}

/** Result of searching the messages of all cases. */
interface InMessages {
  readonly searched: number;
  readonly counts: Readonly<Record<Sureness, number>>;
  readonly damaged: number;
  readonly closed: number;
  /** Number of cases in an older state than the log names. */
  readonly outdated: number;
  /** Files with messages that name the person. */
  readonly files: readonly SearchedMessages[];
}

/** Searches the messages of all cases. Yields one `result` per message that names the person, and findings about cases and files that cannot be read. */
export async function* searchCases(
  archive: Archive,
  person: Person,
  { keys }: Pick<EntryTools, 'keys'>,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, InMessages> {
  const counts = { certain: 0, uncertain: 0 };
  const files: SearchedMessages[] = [];
  let [searched, damaged, closed] = [0, 0, 0];
  const histories = await readCaseHistories(archive, keys, signal);
  for await (const one of searchMessages(archive, person, deletedAmong(histories), signal)) {
    if ('why' in one) {
      if (one.state === 'damaged') damaged++;
      else if (one.state === 'closed') closed++;
      yield findingEvent(one.why);
      continue;
    }
    searched += one.searched;
    if (one.messages.length > 0) files.push(one);
    for (const { message, sureness, hits } of one.messages) {
      counts[sureness]++;
      const value = { case: one.found.document.id, key: `${messagesItem(one.imported.set)}-${message.number}`, channel: message.channel };
      yield { type: 'result', of: 'subject-message', value: { ...value, time: message.time?.utc ?? message.time?.raw ?? null, sureness, hits } };
    }
  }
  let outdated = 0;
  for (const [id, { deleted }] of histories) {
    if (existsSync(caseFolder(archive.dir, id))) {
      // Looks a second time, because another run may be changing the case.
      const found = outdatedFinding(archive, id, histories) === null ? null : await findOutdated(archive, id, keys, signal);
      if (found === null) continue;
      outdated++;
      yield findingEvent(found);
      continue;
    }
    if (deleted) continue;
    damaged++;
    yield findingEvent(finding('C127', `cases/${id}`, 'is missing, and the log does not record its deletion: its messages were not searched'));
  }
  return { searched, counts, damaged, closed, outdated, files };
}

/** Searches what the cases themselves say. Yields one `result` per case that names the person. */
export function* searchCaseTexts(
  archive: Archive,
  person: Person,
  deleted: ReadonlySet<string>,
  signal: AbortSignal,
): Generator<PipelineEvent, Record<Sureness, number>> {
  const counts = { certain: 0, uncertain: 0 };
  for (const one of searchCaseDocuments(archive, person, deleted, signal)) {
    counts[one.sureness]++;
    yield { type: 'result', of: 'subject-case', value: { ...one } };
  }
  return counts;
}

/** Result of searching the details of the log. */
interface InLog {
  readonly counts: Readonly<Record<Sureness, number>>;
  readonly unreadable: number;
  readonly closed: number;
}

/** Searches the details of the log. Yields one `result` per entry whose details name the person. */
export async function* searchDetails(
  archive: Archive,
  person: Person,
  { keys }: Pick<EntryTools, 'keys'>,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, InLog> {
  const counts = { certain: 0, uncertain: 0 };
  let [unreadable, closed] = [0, 0];
  for await (const one of searchLog(archive, keys, person, signal)) {
    if ('isClosed' in one) {
      if (one.isClosed) closed++;
      else unreadable++;
      continue;
    }
    counts[one.sureness]++;
    yield { type: 'result', of: 'subject-log', value: { ...one } };
  }
  return { counts, unreadable, closed };
}
