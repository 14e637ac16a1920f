import { closeSync, fsyncSync, lstatSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cannotWrite } from '../../archive/files/durable.ts';
import { byCodePoint } from '../../core/base/order.ts';
import type { AgeRecipient } from '../../sealing/age/identity.ts';
import { createAgeSink } from '../../sealing/age/seal.ts';
import { openFileReader } from '../../source/read/file-reader.ts';
import { type ZipMember, zipStream } from '../../source/zip/library.ts';

/**
 * Packs a folder into a zip with one top folder and its files in code-point order. The zip is synced, but does not have its final name yet.
 * @param recipient the zip is an age file for this recipient, and no byte of it is written in clear; null: it is in clear
 * @throws LongplayError A107
 */
export async function zipFolder(
  folder: string,
  top: string,
  target: string,
  { modifiedMs, recipient }: { readonly modifiedMs: number; readonly recipient: AgeRecipient | null },
  signal: AbortSignal,
): Promise<{ readonly sizeBytes: number }> {
  let output: number;
  try {
    output = openSync(target, 'wx');
  } catch (error) {
    throw cannotWrite(target, error);
  }
  let sizeBytes = 0;
  const write = (piece: Uint8Array): void => {
    for (let done = 0; done < piece.length; ) done += writeSync(output, piece, done, piece.length - done);
    sizeBytes += piece.length;
  };
  const sink = recipient === null ? { write, finish: () => undefined } : createAgeSink(recipient, write);
  try {
    for await (const piece of zipStream(membersOf(folder, top), modifiedMs, signal)) sink.write(piece);
    sink.finish();
    fsyncSync(output);
    return { sizeBytes };
  } catch (error) {
    signal.throwIfAborted();
    throw cannotWrite(target, error);
  } finally {
    closeSync(output);
  }
}

async function* membersOf(folder: string, top: string): AsyncGenerator<ZipMember> {
  for (const path of filesBelow(folder, '')) {
    const reader = await openFileReader(join(folder, path));
    try {
      yield { name: `${top}/${path}`, bytes: reader };
    } finally {
      await reader.close();
    }
  }
}

function filesBelow(folder: string, at: string): string[] {
  return readdirSync(join(folder, at))
    .map((name) => (at === '' ? name : `${at}/${name}`))
    .sort(byCodePoint)
    .flatMap((path) => (lstatSync(join(folder, path)).isDirectory() ? filesBelow(folder, path) : [path]));
}
