import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makingOf } from '../../archive/bag/info.ts';
import { listBags } from '../../archive/bag-folders.ts';
import { finding } from '../../core/findings/finding.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { filesErased, type KnownErasure } from '../../log/erasure/known-erasures.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { KeyringCell } from '../../sealing/keyring/cells.ts';
import type { ListedItems } from '../request/find.ts';
import type { BagEraser } from './bag.ts';
import type { DoomedRecording } from './destroy-secrets.ts';
import { ledgerChunks } from './ledger-entries.ts';

/** Request ids by file name, by recording id, for files that due requests erase alone. */
export type DueFiles = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Returns the files of due requests. @param isProtected true for recordings that must not be erased now */
export function dueFiles(items: ReadonlyMap<KnownErasure, ListedItems>, isProtected: (recordingId: string) => boolean): DueFiles {
  const found = new Map<string, Map<string, string>>();
  for (const [{ request }, { parts }] of items)
    for (const part of parts) {
      if (part.kind !== 'file' || isProtected(part.recordingId)) continue;
      const files = found.get(part.recordingId) ?? new Map<string, string>();
      found.set(part.recordingId, files);
      if (!files.has(part.file)) files.set(part.file, request);
    }
  return found;
}

/** Returns the ids of the recordings that a request erases completely or in part. */
export function idsTouched({ ids, parts }: ListedItems): string[] {
  return [...ids, ...parts.flatMap((part) => (part.kind === 'file' ? [part.recordingId] : []))];
}

/** What of due requests stays as it is in this run. */
export interface StayingItems {
  /** Recordings of which something cannot be erased now, and recordings that must not be erased now. */
  readonly kept: ReadonlySet<string>;
  readonly protectedIds: ReadonlySet<string>;
  /** Ids of requests of which messages or rows stay. */
  readonly left: ReadonlySet<string>;
}

/** Returns the requests that are executed completely. */
export function executedItems(
  items: ReadonlyMap<KnownErasure, ListedItems>,
  { kept, protectedIds, left }: StayingItems,
): readonly (readonly [KnownErasure, ListedItems])[] {
  return [...items].filter(([{ request }, one]) => !left.has(request) && !idsTouched(one).some((id) => kept.has(id) || protectedIds.has(id)));
}

/** Files whose secrets are to be destroyed. */
export interface DoomedFiles {
  /** One item per file. */
  readonly doomed: readonly DoomedRecording[];
  /** Ids of the recordings to which the files belong. */
  readonly recordings: ReadonlySet<string>;
}

/**
 * Finds the secrets of files that are to be erased alone: files of due requests, files that a stopped run announced, and files of the ledger that an older
 * keyring brought back. A name refers to every file of this name in every description of the recording.
 * @param cells cells of the recordings, by id
 * @param isWhole returns true for recordings that are erased completely
 */
export function doomedFiles(
  due: DueFiles,
  cells: ReadonlyMap<string, readonly KeyringCell[]>,
  isWhole: (recordingId: string) => boolean,
  { log, marks }: Pick<BagEraser, 'log' | 'marks'>,
): DoomedFiles {
  const doomed: DoomedRecording[] = [];
  const recordings = new Set<string>();
  const { files: ledger, intendedFiles: intended } = log.erasures();
  for (const [id, all] of cells) {
    if (isWhole(id)) continue;
    for (const file of new Set(all.flatMap(({ names, erased }) => [...names, ...erased]))) {
      const mark = marks.ofFile(id, file);
      const request = due.get(id)?.get(file) ?? (ledger.get(mark) ?? intended.get(mark))?.request;
      if (request === undefined) continue;
      const isLive = all.some(({ names }) => names.includes(file));
      if (!isLive && ledger.has(mark) && !intended.has(mark)) continue;
      // After an interruption some secrets are already destroyed: the ledger names their pages, too.
      const own = all.filter(({ names, erased }) => names.includes(file) || erased.includes(file));
      doomed.push({ request, mark, isFile: true, secrets: own.map(({ page, cell }) => ({ page, cell, names: [file] })) });
      recordings.add(id);
    }
  }
  return { doomed, recordings };
}

/** Reports files of due requests for which the keyring lacks a secret (E119). @returns the ids of their recordings, which stay as they are */
export async function* lackingFiles(
  due: DueFiles,
  cells: ReadonlyMap<string, readonly KeyringCell[]>,
  { archive }: Pick<BagEraser, 'archive'>,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ReadonlySet<string>> {
  const lacking = new Set<string>();
  for await (const bag of due.size === 0 ? [] : listBags(archive)) {
    signal.throwIfAborted();
    const making = makingOf(bag.path);
    for (const [id, files] of due)
      for (const file of files.keys()) {
        const place = `data/${id}/${file}${sealedEnding}`;
        if (!existsSync(join(bag.path, place))) continue;
        const cell = cells.get(id)?.find(({ page }) => page === making);
        // A cell without names was erased completely.
        if (cell !== undefined && (cell.names.length === 0 || [...cell.names, ...cell.erased].includes(file))) continue;
        lacking.add(id);
        yield findingEvent(finding('E119', `${bag.folder}/${place}`, 'the keyring has no secret of it: another copy may have it'));
      }
  }
  return lacking;
}

/** Enters in the ledger the files of a request that no longer exist because their recordings were erased completely. */
export async function enterMissingFiles(
  { request }: KnownErasure,
  parts: ListedItems['parts'],
  { log, marks, enter }: Pick<BagEraser, 'log' | 'marks' | 'enter'>,
): Promise<void> {
  const { files } = log.erasures();
  const missing = parts
    .flatMap((part) => (part.kind === 'file' ? [marks.ofFile(part.recordingId, part.file)] : []))
    .filter((mark) => !files.has(mark));
  for (const some of ledgerChunks(missing)) await enter([{ type: filesErased, detail: { request, files: some.length, marks: some.join(' ') } }]);
}
