import type { Archive } from '../../archive/layout.ts';
import { createTurns } from '../../core/base/turns.ts';
import type { Sureness } from '../../core/identity/likeness.ts';
import type { Person } from '../../core/identity/person.ts';
import { type EntryType, entryTypes } from '../../log/entries/entry-types.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { createDetailsFates } from '../../log/erasure/details-fate.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { createDetailsReader, digestMember, whoMember } from '../../log/who/entry-details.ts';
import { noteAdded } from '../../log/who/notes.ts';
import { sharersOf } from '../../log/who/shared-lines.ts';
import { surenessOf } from './find-person.ts';
import { type Hit, likeLines, textJudge } from './text-hits.ts';

/** Details of a log entry that name the person. */
export interface LogHits {
  /** Number of the entry. */
  readonly seq: number;
  readonly type: string;
  /** Pseudonym of the user who caused the entry, for `longplay log forget --who`; null: none. */
  readonly who: string | null;
  /** True: other entries have the same details, so that they cannot be erased alone. */
  readonly isShared: boolean;
  /** Id of the note or tag, for `longplay note erase`; null: the entry is of another type. */
  readonly note: string | null;
  /** `note` or `tag`; null as above. */
  readonly noteKind: string | null;
  readonly sureness: Sureness;
  readonly hits: readonly Hit[];
}

/** Details that are not known although no entry records their erasure. */
export interface UnknownDetails {
  readonly seq: number;
  /** True: the keyring lacks their secrets; false: they are missing or altered. */
  readonly isClosed: boolean;
}

/** An entry whose details name the person, before it is known whether others share them. */
interface Found {
  readonly entry: Pick<LogEntry, 'seq' | 'detail'>;
  readonly hit: Omit<LogHits, 'isShared'>;
}

/** Members of details without words: ids of recordings, and of parts of a request. */
const wordless: ReadonlySet<string> = new Set(['recordings', 'salt']);

/**
 * Searches the erasable details of all log entries for a person: texts of notes and tags, reasons, queries of holds, names of users. A new member of the details
 * is searched, too.
 */
export async function* searchLog(archive: Archive, keys: string, person: Person, signal: AbortSignal): AsyncGenerator<LogHits | UnknownDetails> {
  const beside = createDetailsReader(archive.dir);
  const fates = createDetailsFates(archive);
  const { theirs, asTold } = textJudge(person, { site: null, span: null }, new Set());
  const turns = createTurns();
  const found: Found[] = [];
  const unknown: { readonly seq: number; readonly type: string; readonly detail: LogEntry['detail'] }[] = [];
  for await (const entry of loggedEntries(archive, keys, signal)) {
    fates.take(entry);
    const { seq, type, detail } = entry;
    if (typeof detail[digestMember] !== 'string') continue;
    if (turns.isDue()) await turns.take(signal);
    const details = await beside.of(entry);
    if (details === null || details.sealed === true) {
      unknown.push({ seq, type, detail });
      continue;
    }
    const hits = Object.entries(details).flatMap(([name, value]): Hit[] => {
      const text = wordless.has(name) ? '' : typeof value === 'string' ? value : JSON.stringify(value ?? '');
      const like = text.length < 2 ? null : likeLines(theirs, text);
      return like === null ? [] : [asTold(like, name)];
    });
    const sureness = surenessOf(hits);
    if (sureness === null) continue;
    const textIn = (name: string): string | null => (typeof detail[name] === 'string' ? detail[name] : null);
    const isNote = type === noteAdded;
    const noteOf = { note: isNote ? textIn('note') : null, noteKind: isNote ? textIn('kind') : null };
    found.push({
      entry: { seq, detail: { [digestMember]: detail[digestMember] } },
      hit: { seq, type, who: textIn(whoMember), ...noteOf, sureness, hits },
    });
  }
  const sharers = await sharersOf(
    found.map(({ entry }) => entry),
    () => loggedEntries(archive, keys, signal),
  );
  for (const { hit } of found) yield { ...hit, isShared: (sharers.get(hit.seq) ?? 1) > 1 };
  for (const { seq, type, detail } of unknown) {
    // Of a type that a later version added, nothing states whether the details were erased.
    const fate = Object.hasOwn(entryTypes, type) ? await fates.of(type as EntryType, { seq, detail }) : 'lost';
    if (fate === 'lost' || fate === 'closed') yield { seq, isClosed: fate === 'closed' };
  }
}
