import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bagType } from '../archive/bag/info.ts';
import { readablePayloadFolders } from '../archive/bag/payload-folders.ts';
import { listBags } from '../archive/bag-folders.ts';
import { parseRecordingJson } from '../archive/documents/recording-json.ts';
import type { Archive } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import { sealedEnding, storedFilesOf } from '../core/model/recording-document.ts';
import { ledgerEntries } from '../erasure/execute/ledger-entries.ts';
import { rememberEntries } from '../erasure/replay-ledger.ts';
import type { NewEntry } from '../log/entries/log-entry.ts';
import { filesErased, type KnownErasures, recordingsErased } from '../log/erasure/known-erasures.ts';
import { copyErasureSecret, type ErasureMarks, knownErasureMarks } from '../log/keys/erasure-marks.ts';
import type { ArchiveLog } from '../log/log.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import { isErasedAlone, readDocumentBytes } from '../sealing/stored/stored-bytes.ts';

/** The sealed archive and the one written in clear, each with the erasures in its log. */
export interface LedgerCopy {
  readonly archive: Archive;
  readonly erasures: KnownErasures;
  readonly target: Archive;
  readonly log: ArchiveLog;
}

/**
 * Enters the erasures of the sealed archive in the log of the one written in clear, and lets both use the same secret for their marks, so that a later import
 * leaves out what was erased. A recording of which a file was erased alone is not written, and therefore counts as erased there. Repeating the call enters
 * what is missing. The keyring is open.
 * @throws LongplayError incomplete E106; A105, A107
 */
export async function copyLedger({ archive, erasures, target, log }: LedgerCopy, tools: EntryTools, signal: AbortSignal): Promise<void> {
  if (erasures.erased.size + erasures.files.size === 0) return;
  await copyErasureSecret(tools.keys, archive.id, target.id);
  const marks = await knownErasureMarks(tools.keys, archive.id, erasures);
  if (marks === null) throw new Error('the secret of the ledger was just read');
  const requests = new Map([...erasures.erased].map(([mark, { request }]) => [mark, request]));
  for (const [id, request] of await touchedRecordings(archive, { erasures, marks }, signal))
    if (!requests.has(marks.of(id))) requests.set(marks.of(id), request);
  const files = new Map([...erasures.files].map(([mark, { request }]) => [mark, request]));
  const entries = [...entriesOf(requests, log.erasures().erased, recordingsErased), ...entriesOf(files, log.erasures().files, filesErased)];
  if (entries.length === 0) return;
  await log.appendAll(entries);
  await rememberEntries(entries, target.id, tools);
}

function entriesOf(wanted: ReadonlyMap<string, string>, known: ReadonlyMap<string, unknown>, type: typeof recordingsErased): NewEntry[] {
  const byRequest = new Map<string, string[]>();
  for (const [mark, request] of wanted) if (!known.has(mark)) byRequest.set(request, [...(byRequest.get(request) ?? []), mark]);
  return [...byRequest].flatMap(([request, some]) => ledgerEntries(request, null, some, type));
}

/** Returns the request by which a file was erased, by id of the recording, for each recording of which a file was erased alone. */
async function touchedRecordings(
  archive: Archive,
  { erasures, marks }: { readonly erasures: KnownErasures; readonly marks: ErasureMarks },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const bag of erasures.files.size === 0 ? [] : listBags(archive)) {
    if (bagType(bag.path) === 'tables') continue;
    for (const id of readablePayloadFolders(bag.path)) {
      signal.throwIfAborted();
      const request = namesIn(join(bag.path, 'data', id)).flatMap((name) => erasures.files.get(marks.ofFile(id, name))?.request ?? [])[0];
      if (request !== undefined) found.set(id, request);
    }
  }
  return found;
}

/** Returns the names of the files of a recording: those in its folder, and those that its description says were erased. */
function namesIn(folder: string): readonly string[] {
  const stored = readdirSync(folder).map((name) => (name.endsWith(sealedEnding) ? name.slice(0, -sealedEnding.length) : name));
  try {
    const { document } = parseRecordingJson(readDocumentBytes(folder).plain);
    const erased = document === null ? [] : storedFilesOf(document).filter((file) => isErasedAlone(folder, file));
    return [...new Set([...stored, ...erased.map(({ path }) => path)])];
  } catch (error) {
    // Writing the bag reports a description that does not open.
    if (!(error instanceof LongplayError)) throw error;
    return stored;
  }
}
