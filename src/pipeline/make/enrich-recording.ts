import { LongplayError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import type { RecordingDocument, StoredFile } from '../../core/model/recording-document.ts';
import type { Sealer } from '../../sealing/sealer.ts';
import { readStored } from '../../sealing/stored/stored-bytes.ts';
import { catalogEntry } from '../../store/catalog/catalog-entry.ts';
import { type AmendedRecording, repeated, tableRowsBase } from './amend-recording.ts';
import { describe, withoutText, writeSources } from './recording-files.ts';
import type { RecordingResult, RecordingTask } from './recording-task.ts';

/**
 * Returns true for the file of a row that no longer describes the recording; the file stays in the bag of the earlier description. A file with
 * several rows still belongs to the recording, and so does one that cannot be read.
 */
function isWithdrawn(file: StoredFile | undefined, withdrawn: ReadonlySet<string>, { amended }: RecordingTask): boolean {
  if (file === undefined || withdrawn.size === 0 || amended === undefined || !file.path.startsWith(tableRowsBase)) return false;
  try {
    // `writeSources` ends each row with a line feed.
    return withdrawn.has(
      sha256Hex(readStored(amended.folder, file, limits.sidecarBytes, (folder) => amended.secrets?.[folder] ?? null).plain.subarray(0, -1)),
    );
  } catch (error) {
    if (systemCode(error) === null && !(error instanceof LongplayError)) throw error;
    return false;
  }
}

/**
 * Makes the amendment of a recording by a later table: its description as it was, with the planned accounts, and a file with their new rows. Of the
 * planned recording only the accounts, the findings and, if its own row was withdrawn, the tags are new.
 */
export function enrichRecording(task: RecordingTask, amended: AmendedRecording, sealer: Sealer | undefined): RecordingResult {
  const { planned, folder } = task;
  const { document } = amended;
  const { accounts, findings } = planned.recording;
  const rows = writeSources(
    { folder, sealer },
    {
      provenance: accounts.flatMap(({ provenance }) => provenance),
      sidecars: [],
      base: tableRowsBase,
      first:
        1 +
        Math.max(
          0,
          ...document.sources.map(({ path }) => (path.startsWith(tableRowsBase) ? Number.parseInt(path.slice(tableRowsBase.length), 10) : 0)),
        ),
    },
  );
  const stays = new Set(accounts.flatMap(({ provenance }) => provenance.map(({ sha256 }) => sha256)));
  const said = (document.recording.accounts ?? []).flatMap(({ provenance }) => provenance.flatMap(({ sha256 }) => sha256 ?? []));
  const withdrawn = new Set(said.filter((sha256) => !stays.has(sha256)));
  const same = repeated(amended);
  const enriched: RecordingDocument = {
    ...same,
    recording: {
      ...document.recording,
      ...(planned.amends?.isWithdrawn === true ? { tags: planned.recording.tags } : {}),
      accounts: accounts.map((account) => ({ ...account, provenance: withoutText(account.provenance) })),
    },
    sources: [...same.sources.filter((_file, index) => !isWithdrawn(document.sources[index], withdrawn, task)), ...rows],
    findings,
  };
  return {
    ...describe(enriched, task, sealer),
    originals: [],
    entry: catalogEntry(enriched, amended.isErased),
    findings: [],
    notPlayable: 0,
    doubtful: 0,
    audioMs: 0,
    bytes: 0,
    isAmendment: true,
  };
}
