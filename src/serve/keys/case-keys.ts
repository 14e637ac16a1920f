import { join } from 'node:path';
import { makingOf } from '../../archive/bag/info.ts';
import { caseFolder, caseIdPattern } from '../../archive/documents/case-json.ts';
import { documentCell } from '../../archive/documents/case-secrets.ts';
import { readStoredCase } from '../../archive/documents/stored-case.ts';
import type { Archive } from '../../archive/layout.ts';
import { caseIds } from '../../cases/store/store.ts';
import { LongplayError } from '../../core/base/error.ts';
import { storedFilesOf } from '../../core/model/recording-document.ts';
import { caseDeleted } from '../../log/read/case-digests.ts';
import { bundleOf, type DetailLines, digestMember, readDetailLines } from '../../log/who/entry-details.ts';
import { secretOfLine } from '../../log/who/sealed-details.ts';
import { tryRecording } from '../../pipeline/open/query.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { openKeys } from '../../sealing/open-keys.ts';
import { isSoundName } from '../archive/stored-file.ts';
import type { AccessReceipts } from './access-receipts.ts';
import type { CaseFacts } from './case-facts.ts';
import { type CaseKeyRequest, type KeysByPage, mostCaseRecordings } from './key-request.ts';

/** Names of the secrets that open the description of a recording: that of the document, and the key of its commitment. */
export const descriptionNames: readonly string[] = ['recording.json', 'public.json'];

type Facts = Omit<CaseFacts, 'take'>;
type Cells = Record<string, Record<string, FileSecrets | 'erased'>>;

/**
 * Returns the secrets that a session may have for its work on cases, from the keyring of this process.
 * @throws LongplayError K210 if the log has no entry for the access; L105
 */
export async function caseKeysFor(archive: Archive, receipts: AccessReceipts, request: CaseKeyRequest): Promise<KeysByPage> {
  const { action, caseId, recordings } = request;
  const isFit = (caseId === null || caseIdPattern.test(caseId)) && recordings.length <= mostCaseRecordings && recordings.every(isRecording);
  if (!isFit || !(await receipts.hasCase(request))) throw noCaseEntry(request);
  const found: Cells = {};
  if (action === 'listed') {
    const facts = await receipts.cases();
    for (const id of caseIds(archive)) addDocument(found, archive, facts, id);
  } else if (caseId !== null && action === 'shown') {
    const facts = await receipts.cases();
    addCase(found, archive, facts, caseId);
    await addCustody(found, archive, facts, caseId);
  } else for (const one of recordings) addRecording(found, archive, one, action === 'exported');
  return found;
}

function isRecording({ recordingId, bag }: CaseKeyRequest['recordings'][number]): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(recordingId) && isBagName(bag);
}

/** Returns true if a text is the name of a bag below `bags/`, so that it leads to no other place. */
export function isBagName(bag: string): boolean {
  return /^[0-9a-z]+\/[0-9a-z][0-9a-z-]*$/.test(bag);
}

/** Adds the secrets of a cell, if the keyring has them. */
function add(found: Cells, page: string, cell: string, only: (name: string) => boolean = () => true): void {
  const secrets = openKeys().secretsOf(page, cell);
  if (secrets === null) return;
  const kept = secrets === 'erased' ? secrets : Object.fromEntries(Object.entries(secrets).filter(([name]) => only(name)));
  found[page] = { ...found[page], [cell]: kept };
}

/** Adds the secrets of a case's document, if the page that the case names is its own. */
function addDocument(found: Cells, archive: Archive, facts: Facts, id: string): void {
  const stored = openableCase(archive, facts, id);
  if (stored?.version === 2 && facts.isPageOf(stored.document.page, id)) add(found, stored.document.page, documentCell);
}

/** Adds the secrets of a case's document and of all its files. */
function addCase(found: Cells, archive: Archive, facts: Facts, id: string): void {
  addDocument(found, archive, facts, id);
  const stored = openableCase(archive, facts, id);
  if (stored?.version !== 2) return;
  for (const kind of ['messages', 'comparisons'] as const)
    for (const { page, set } of stored[kind]) if (facts.isPageOf(page, id)) add(found, page, `${kind}/${set}`);
}

/** Reads a case; null if it was deleted, is damaged or no longer exists, which reading it elsewhere will report. */
function openableCase(archive: Archive, facts: Facts, id: string): ReturnType<typeof readStoredCase> | null {
  if (facts.entriesOf(id).some(({ type }) => type === caseDeleted)) return null;
  try {
    return readStoredCase(caseFolder(archive.dir, id));
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

/** Adds the secrets of the private details of log entries about a case: who changed it, and what was handed over. */
async function addCustody(found: Cells, archive: Archive, facts: Facts, id: string): Promise<void> {
  const entries = facts.entriesOf(id);
  const own = new Set(entries.map(({ seq }) => String(seq)));
  const files = new Map<number, DetailLines | null>();
  for (const { seq, detail } of entries) {
    const digest = detail[digestMember];
    if (typeof digest !== 'string') continue;
    const bundle = bundleOf(seq);
    if (!files.has(bundle)) files.set(bundle, await readDetailLines(archive.dir, bundle));
    const line = files.get(bundle)?.get(digest);
    const at = line === undefined ? null : secretOfLine(line);
    // Somebody may have written details of other entries into the file of this entry.
    if (at !== null && own.has(at.cell)) add(found, at.page, at.cell);
  }
}

/** Adds the secrets of a recording's description and rows, or of all its files, in each bag that contains some of them. */
function addRecording(found: Cells, archive: Archive, { recordingId, bag }: CaseKeyRequest['recordings'][number], isWhole: boolean): void {
  const isMeant = (name: string): boolean => isWhole || descriptionNames.includes(name) || !isSoundName(name);
  const here = tryRecording(archive.dir, { bag, recordingId });
  const others = 'refused' in here ? [] : storedFilesOf(here.document).flatMap((file) => file.bag ?? []);
  for (const one of new Set([bag, ...others])) {
    const making = isBagName(one) ? makingOf(join(archive.dir, 'bags', one)) : null;
    if (making !== null) add(found, making, recordingId, isMeant);
  }
}

function noCaseEntry({ action, caseId }: CaseKeyRequest): LongplayError {
  return new LongplayError(
    'incomplete',
    'K210',
    `no key of ${caseId === null ? 'the cases' : `case ${caseId}`} was handed out: the log has no entry of this session for what was ${action}`,
    'run: longplay log verify ARCHIVE',
  );
}
