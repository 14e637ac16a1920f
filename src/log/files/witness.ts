import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolderDurable, removeAbandoned, writeDurable } from '../../archive/files/durable.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { checkpointFile, logFolder } from '../entries/log-entry.ts';
import type { LoggedFile } from '../entries/logged-files.ts';
import { type Checkpoint, parseCheckpoint } from '../tree/checkpoint.ts';
import { verifyConsistency } from '../tree/merkle.ts';
import { readSmallFile } from './files.ts';
import { proveConsistency } from './proof.ts';

/** Keeper of a copy of the log's state: a file or folder outside the archive, or a program that receives the checkpoint on standard input. */
export type Witness = { readonly kind: 'path'; readonly path: string } | { readonly kind: 'command'; readonly command: readonly string[] };

/** Result of giving a checkpoint to a witness. */
export interface Witnessed {
  /** Number of entries under the checkpoint. */
  readonly size: number;
  /** The written file, or the program. */
  readonly to: string;
  /**
   * Number of signatures that the program returned. They are not verified, because the program's key is unknown here, and are kept below
   * `log/witness`.
   */
  readonly cosignatures: number;
  /** File with the signatures, relative to the archive; null: there are no signatures. */
  readonly kept: (LoggedFile & { readonly path: string }) | null;
}

/** Folder of checkpoints with signatures of witnesses, relative to the archive. */
export const witnessFolder = `${logFolder}/witness`;

/**
 * Gives the newest checkpoint to a witness. Replaces a file with an older checkpoint only if the log continues that checkpoint.
 * @throws LongplayError L112: the log does not continue the witness's checkpoint; L115: the program failed; L105: there is no checkpoint
 */
export async function sendToWitness(
  archive: { readonly dir: string; readonly id: string },
  witness: Witness,
  signal: AbortSignal,
): Promise<Witnessed> {
  const note = await textOf(join(archive.dir, checkpointFile));
  const checkpoint = note === null ? null : parseCheckpoint(note);
  if (note === null || checkpoint === null)
    throw new LongplayError('incomplete', 'L105', `${checkpointFile} of ${archive.dir} is missing or damaged`, 'longplay verify reports the faults');
  const { size } = checkpoint;
  if (witness.kind === 'path') {
    const isFolder = statSync(witness.path, { throwIfNoEntry: false })?.isDirectory() === true;
    const file = isFolder ? join(witness.path, `${archive.id}-${String(size).padStart(12, '0')}.checkpoint`) : witness.path;
    // A file that is not a checkpoint may belong to somebody, or be a damaged checkpoint.
    if (statSync(file, { throwIfNoEntry: false }) !== undefined)
      await refuseFork(archive, file, parseCheckpoint((await textOf(file)) ?? ''), checkpoint);
    await removeAbandoned(dirname(file));
    await writeDurable(file, note);
    return { size, to: file, cosignatures: 0, kept: null };
  }
  const answer = await ask(witness.command, note, signal);
  // Only signature lines over the same text count (C2SP tlog-cosignature); other output of the program is ignored. A program that returns only its
  // input has signed nothing.
  const own = new Set(note.split('\n'));
  const isNew = (line: string): boolean => !own.has(line) && parseCheckpoint(`${checkpoint.note.text}\n${line}\n`) !== null;
  const lines = [...new Set(answer.split('\n'))].filter(isNew).map((line) => `${line}\n`);
  const answered = { size, to: witness.command[0] ?? '', cosignatures: lines.length };
  if (lines.length === 0) return { ...answered, kept: null };
  const path = `${witnessFolder}/${String(size).padStart(12, '0')}.checkpoint`;
  const bytes = Buffer.from(note + lines.join(''), 'utf8');
  await makeFolderDurable(join(archive.dir, witnessFolder));
  await writeDurable(join(archive.dir, path), bytes);
  return { ...answered, kept: { path, sha256: sha256Hex(bytes), sizeBytes: bytes.length } };
}

async function refuseFork(archive: { readonly dir: string }, file: string, older: Checkpoint | null, now: Checkpoint): Promise<void> {
  const fits = older !== null && older.origin === now.origin && older.size <= now.size;
  const proof = fits ? await proveConsistency(archive, older.size) : null;
  if (older !== null && proof !== null && verifyConsistency(older, proof.checkpoint, proof.hashes)) return;
  const what =
    older === null
      ? 'is not a checkpoint'
      : agree`counts ${older.size} entr[y|ies] of ${older.origin === now.origin ? 'this log, which does not continue them' : 'another log'}`;
  throw new LongplayError('incomplete', 'L112', `${file} ${what}`, 'do not replace it: find out which of the two is right');
}

async function textOf(path: string): Promise<string | null> {
  const bytes = await readSmallFile(path, limits.signedNoteBytes);
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}

/** Runs a program without a shell; its input is the note. */
async function ask([program = '', ...args]: readonly string[], note: string, signal: AbortSignal): Promise<string> {
  const failed = (why: string, cause?: unknown): LongplayError =>
    new LongplayError('incomplete', 'L115', `the witness ${program} ${why}`, 'fix it, then run again', cause);
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], signal });
    let answer = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (answer.length < limits.signedNoteBytes) answer += text;
    });
    // A program that reads nothing closes the pipe; its exit code decides.
    child.stdin.on('error', () => undefined).end(note);
    child.on('error', (error) => reject(signal.aborted ? signal.reason : failed('cannot be started', error)));
    child.on('close', (code) => (code === 0 ? resolve(answer) : reject(failed(code === null ? 'was killed by a signal' : `ended with ${code}`))));
  });
}
