import { agree } from '../../core/base/agree.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';
import { descriptionsOf, filesWith, groupOf } from './same-documents.ts';
import type { AskedOfRecordings } from './shared-documents.ts';

/**
 * Reports the documents of a request that other recordings of the same call keep, too (E140): FINOS, e.g., describes a call in one document that each of its
 * recordings has. They describe the other recordings as well, so the request does not take them.
 * @param asked what the request erases, with the vCons that it takes from other recordings
 */
export function remainingDocuments(opened: OpenedArchive, { whole, files }: AskedOfRecordings, signal: AbortSignal): Finding[] {
  const gone = new Set(whole);
  const chosen = new Map<string, Set<string>>();
  for (const { recordingId, file } of files) chosen.set(recordingId, (chosen.get(recordingId) ?? new Set()).add(file));
  /** For each file that stays, the recordings of the request with the same bytes. */
  const staying = new Map<string, { readonly recordingId: string; readonly file: string; readonly same: Set<string> }>();
  for (const id of new Set([...whole, ...chosen.keys()])) {
    signal.throwIfAborted();
    const [found] = opened.catalog.search({ recordingId: id, limit: 1 });
    if (found === undefined || found.groupId === null) continue;
    const shown = descriptionsOf(opened, found);
    const only = gone.has(id) ? null : (chosen.get(id) ?? new Set());
    const taken = shown.flatMap(({ document }) => document.sources.flatMap(({ path, sha256 }) => (only === null || only.has(path) ? [sha256] : [])));
    if (taken.length === 0) continue;
    for (const other of groupOf(opened, shown, found)) {
      const { recordingId } = other;
      if (gone.has(recordingId)) continue;
      for (const file of filesWith(descriptionsOf(opened, other), new Set(taken))) {
        if (chosen.get(recordingId)?.has(file) === true) continue;
        const key = `${recordingId} ${file}`;
        const one = staying.get(key) ?? { recordingId, file, same: new Set<string>() };
        one.same.add(id);
        staying.set(key, one);
      }
    }
  }
  return [...staying]
    .sort(([one], [other]) => byCodePoint(one, other))
    .map(([, { recordingId, file, same }]) =>
      finding(
        'E140',
        recordingId,
        agree`its ${file} is the same document as in ${same.size} recording[s] of the request, and stays; to erase it as well, request it with --only ${file}`,
      ),
    );
}
