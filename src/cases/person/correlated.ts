import { setImmediate as turn } from 'node:timers/promises';
import type { CaseReason } from '../../archive/documents/case-json.ts';
import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { tryRecording, unreadFinding } from '../../pipeline/open/query.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { readable, type SearchedArchive } from '../store/searched-archive.ts';

/** A value that several recordings may share, because they belong to one call, deal or incident. */
interface Key {
  readonly name: string;
  readonly value: string;
  /** Importer and site within which the value is meaningful; null: everywhere. */
  readonly within: string | null;
}

/** Largest number of recordings that may share a key. A value that more recordings share is no key, e.g. `0` or the name of a switch. */
const mostWithOneKey = 500;
/** Length from which equal values count as the same id, whatever name each recorder gives it. */
const tellingLength = 8;

const notFollowed = 'its keys were not followed';

/** Result of a search by keys. */
export interface Correlated {
  readonly reasons: ReadonlyMap<string, readonly Pick<CaseReason, 'kind' | 'detail'>[]>;
  readonly findings: readonly Finding[];
}

/** Finds recordings that share a key with recordings of a case or with recordings found before, until no more are found. */
export async function findCorrelated(searched: SearchedArchive, members: Iterable<string>, signal: AbortSignal): Promise<Correlated> {
  const { archive, catalog } = searched;
  const reasons = new Map<string, { readonly kind: 'key'; readonly detail: string }[]>();
  const findings: Finding[] = [];
  const first = new Set(members);
  const known = new Set(first);
  const asked = new Set<string>();
  const waiting = [...known];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    signal.throwIfAborted();
    const [found] = [...catalog.search({ recordingId: id, limit: 1 })];
    if (found === undefined) continue;
    await searched.reading?.obtain([found], false);
    const shown = tryRecording(archive.dir, found);
    if ('refused' in shown) {
      if (shown.refused !== null) findings.push(unreadFinding(found, shown, notFollowed));
      continue;
    }
    for (const key of keysOf(shown.document)) {
      const mark = JSON.stringify(key);
      if (asked.has(mark)) continue;
      asked.add(mark);
      const sharing = await sharersOf(searched, key, findings);
      if (sharing === null) {
        findings.push(finding('C110', id, agree`its ${key.name} occurs in more than ${mostWithOneKey} recording[s] and was not followed`));
        continue;
      }
      for (const { recordingId } of sharing) {
        // A recording does not belong to the result because of its own keys.
        if (first.has(recordingId) || recordingId === id) continue;
        reasons.set(recordingId, [...(reasons.get(recordingId) ?? []), { kind: 'key', detail: `${key.name} ${key.value}` }]);
        if (known.has(recordingId)) continue;
        known.add(recordingId);
        waiting.push(recordingId);
      }
    }
  }
  return { reasons, findings };
}

/** Returns the keys of a recording, including those in other exports' accounts of it. */
function keysOf({ recording, site }: RecordingDocument): Key[] {
  const here = `${recording.importer} ${site}`;
  const pairs = [recording, ...(recording.accounts ?? [])].flatMap(({ correlation }) => correlation);
  const keys = pairs.filter(({ value }) => value.trim().length > 1).map(({ name, value }): Key => ({ name, value, within: null }));
  const group = recording.group?.id ?? null;
  return group === null || group === '' ? keys : [...keys, { name: 'group', value: group, within: here }];
}

/** Finds the recordings that share a key; null if there are too many. */
async function sharersOf(searched: SearchedArchive, key: Key, findings: Finding[]): Promise<Found[] | null> {
  const { archive, catalog } = searched;
  if (key.name === 'group' && key.within !== null) {
    const all = [...catalog.search({ groupId: key.value, limit: mostWithOneKey + 1 })];
    return all.length > mostWithOneKey ? null : all.filter(({ importer, site }) => `${importer} ${site}` === key.within);
  }
  // The index finds words only; the document shows whether the value is the key itself.
  const words = key.value.replace(/["*]/g, ' ').trim();
  if (!/[\p{L}\p{N}]/u.test(words)) return [];
  const all = [...catalog.search({ text: words, limit: mostWithOneKey + 1 })];
  if (all.length > mostWithOneKey) return null;
  const sharing: Found[] = [];
  for await (const found of readable(searched, all)) {
    // Lets a server answer other requests.
    await turn();
    const shown = tryRecording(archive.dir, found);
    const isShared = ({ name, value, within }: Key): boolean =>
      within === null && value === key.value && (name === key.name || value.length >= tellingLength);
    if (!('refused' in shown)) {
      if (keysOf(shown.document).some(isShared)) sharing.push(found);
    } else if (shown.refused !== null) findings.push(unreadFinding(found, shown, notFollowed));
  }
  return sharing;
}
