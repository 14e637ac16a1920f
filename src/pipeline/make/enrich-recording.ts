import { join } from 'node:path';
import { writeRecordingJson } from '../../archive/documents/recording-json.ts';
import { toolName } from '../../core/base/version.ts';
import type { RecordingDocument, StoredFile } from '../../core/model/recording-document.ts';
import { writeTargetFile } from '../../media/bytes/target-file.ts';
import { catalogEntry } from '../../store/catalog/catalog-entry.ts';
import { type AmendedRecording, elsewhere, tableRowsBase } from './amend-recording.ts';
import { payloadFile, withoutText, writeSources } from './recording-files.ts';
import type { RecordingResult, RecordingTask } from './recording-task.ts';

/**
 * Makes the amendment of a recording by a later table: its description as it is, with the planned accounts, and a file with their new rows. The planned recording has nothing else but
 * the findings.
 */
export function enrichRecording(task: RecordingTask, amended: AmendedRecording): RecordingResult {
  const { planned, folder } = task;
  const { document, link } = amended;
  const { accounts, findings } = planned.recording;
  const there = <File extends StoredFile>(file: File): File & { readonly bag: string } => elsewhere(file, link);
  const rows = writeSources(task, {
    provenance: accounts.flatMap(({ provenance }) => provenance),
    sidecars: [],
    base: tableRowsBase,
    first: 1 + document.sources.filter(({ path }) => path.startsWith(tableRowsBase)).length,
  });
  const enriched: RecordingDocument = {
    ...document,
    version: 2,
    tool: toolName,
    recording: { ...document.recording, accounts: accounts.map((account) => ({ ...account, provenance: withoutText(account.provenance) })) },
    media: document.media.map((medium) => ({
      ...medium,
      original: there(medium.original),
      access: medium.access === null ? null : there(medium.access),
    })),
    joined: document.joined === null ? null : there(document.joined),
    sources: [...document.sources.map(there), ...rows],
    findings,
    ...link,
  };
  const json = writeTargetFile(join(folder, 'recording.json'), writeRecordingJson(enriched));
  return {
    files: [...rows, json].map((file) => payloadFile(file, task)),
    originals: [],
    entry: catalogEntry(enriched),
    findings: [],
    notPlayable: 0,
    doubtful: 0,
    audioMs: 0,
    bytes: 0,
    isAmendment: true,
  };
}
