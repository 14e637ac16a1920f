import { createReadStream } from 'node:fs';
import { hashFile } from '../../archive/files/hash-file.ts';
import { systemCode } from '../../core/base/error.ts';
import { createFrameOpener, createFrameSealer } from '../../core/base/frame-cipher.ts';
import type { Recording } from '../../core/model/recording.ts';
import { type CallLine, callLine } from '../../report/calls/call-line.ts';
import { createLineFile } from '../files/line-file.ts';
import type { AccountedRecording } from './account.ts';

/** A recording as read, before its audio was processed. */
export interface ListedCall extends CallLine {
  /** True: imported only if the source is complete now; the source was damaged when it was imported before. */
  readonly mends?: true;
}

/** Digest of a finished list, and its number of recordings. */
export interface CallListSeal {
  readonly sha256: string;
  readonly recordings: number;
}

/** The recordings of a source in a file, one JSON object per line: memory stays constant. */
export interface CallList {
  add(recording: Recording, taken: AccountedRecording): void;
  finish(): CallListSeal;
  discard(): void;
}

/**
 * Begins a list.
 * @param name name to which its encryption is bound
 * @param key 32 bytes; null: in clear
 * @throws LongplayError A107 if the system refuses; its methods throw it as well
 */
export function createCallList(file: string, name: string, key: Uint8Array | null): CallList {
  const lines = createLineFile(file, key === null ? null : createFrameSealer(key, name));
  let recordings = 0;
  return {
    add: (recording, taken) => {
      recordings++;
      const line = listedLine(recording, taken);
      lines.write(`${JSON.stringify(taken.mends ? { ...line, mends: true } : line)}\n`);
    },
    finish: () => ({ sha256: lines.finish().sha256, recordings }),
    discard: () => lines.discard(),
  };
}

/** Returns the line of a recording that was added to the account, with the catalog's data. */
function listedLine(recording: Recording, { recordingId, standing, status, archived, sound }: AccountedRecording): CallLine {
  const { reason = null, durationMs = null, doubtful = 0 } = archived ?? {};
  // The reason belongs to the archived status, which may differ from the current one.
  return callLine(recording, { recordingId, standing, status, reason: archived?.status === status ? reason : null, durationMs, doubtful, sound });
}

/** Returns true if the file is the list with that seal. */
export function isWholeList(file: string, { sha256 }: CallListSeal): boolean {
  try {
    return hashFile(file, ['sha256']).digests.sha256 === sha256;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return false;
  }
}

/** Yields the recordings of a finished list, in order. @param name as for `createCallList` @param key as for `createCallList` */
export async function* readCallList(file: string, name: string, key: Uint8Array | null, signal: AbortSignal): AsyncGenerator<ListedCall> {
  // Only a line feed ends a line: a name may contain U+2028.
  const decoder = new TextDecoder();
  const opener = key === null ? null : createFrameOpener(key, name);
  let rest = '';
  for await (const chunk of createReadStream(file, { signal })) {
    const lines = (rest + decoder.decode(opener?.open(chunk as Uint8Array) ?? (chunk as Uint8Array), { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    // `createCallList` wrote it, as its digest proves.
    for (const line of lines) yield JSON.parse(line) as ListedCall;
  }
}
