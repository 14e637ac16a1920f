import { createReadStream } from 'node:fs';
import { hashFile } from '../../archive/files/hash-file.ts';
import { systemCode } from '../../core/base/error.ts';
import type { Recording } from '../../core/model/recording.ts';
import { type CallLine, callLine } from '../../report/calls/call-line.ts';
import { createLineFile } from '../files/line-file.ts';
import type { Taken } from './account.ts';

/** A recording as it was read, before its audio was worked on. */
export interface ListedCall extends CallLine {
  /** It is imported only where the source is whole now, which it was not before. */
  readonly mends?: true;
}

/** A finished list: its digest, and how many recordings stand in it. */
export interface CallListSeal {
  readonly sha256: string;
  readonly recordings: number;
}

/** The recordings of a source, one JSON object a line, in a file: memory stays flat however many there are. */
export interface CallList {
  add(recording: Recording, taken: Taken): void;
  finish(): CallListSeal;
  discard(): void;
}

/** Begins a list. @throws LongplayError A107, as its methods, where the system refuses. */
export function createCallList(file: string): CallList {
  const lines = createLineFile(file);
  let recordings = 0;
  return {
    add: (recording, taken) => {
      recordings++;
      lines.write(`${JSON.stringify({ ...listedLine(recording, taken), ...(taken.mends ? { mends: true } : {}) })}\n`);
    },
    finish: () => ({ sha256: lines.finish().sha256, recordings }),
    discard: () => lines.discard(),
  };
}

/** The line of a recording as it was taken into the account, with what the archive knows of it. */
function listedLine(recording: Recording, { recordingId, standing, status, archived, sound }: Taken): CallLine {
  const { reason = null, durationMs = null, doubtful = 0 } = archived ?? {};
  // The reason is that of the archive's status, which is not always the one that counts today.
  return callLine(recording, { recordingId, standing, status, reason: archived?.status === status ? reason : null, durationMs, doubtful, sound });
}

/** True where the file is the list that was sealed. */
export function isWholeList(file: string, { sha256 }: CallListSeal): boolean {
  try {
    return hashFile(file, ['sha256']).digests.sha256 === sha256;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return false;
  }
}

/** The recordings of a whole list, in its order. */
export async function* readCallList(file: string, signal: AbortSignal): AsyncGenerator<ListedCall> {
  // Lines end in a line feed and nothing else: U+2028 may stand in a name.
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of createReadStream(file, { signal })) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    // Written by `createCallList`, as its digest says.
    for (const line of lines) yield JSON.parse(line) as ListedCall;
  }
}
