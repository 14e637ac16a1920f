import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A bag as another program may make it: `files` files of `bytes` bytes each, `perFolder` per folder. */
export interface BagShape {
  readonly files: number;
  readonly bytes: number;
  readonly perFolder: number;
  /** Returns the name of a file by its number; plain by default. */
  readonly nameOf?: (index: number) => string;
}

/** Size of the pieces in which large files are written. */
const pieceBytes = 4 * 1024 * 1024;

/** Writes a bag of BagIt 1.0 with manifests of SHA-256 and SHA-512. The same shape gives the same bytes. */
export function makeBag(folder: string, shape: BagShape): void {
  const nameOf = shape.nameOf ?? ((index: number): string => `call-${String(index).padStart(7, '0')}.wav`);
  mkdirSync(join(folder, 'data'), { recursive: true });
  const manifests = (['sha256', 'sha512'] as const).map((algorithm) => ({
    algorithm,
    file: openSync(join(folder, `manifest-${algorithm}.txt`), 'w'),
    lines: '',
  }));
  const piece = Buffer.alloc(Math.min(pieceBytes, shape.bytes));
  // Returns bytes that no two files share, cheaply.
  for (let at = 0; at < piece.length; at += 4) if (at + 4 <= piece.length) piece.writeUInt32LE((at * 2_654_435_761) % 4_294_967_296, at);
  let inFolder = '';
  for (let index = 0; index < shape.files; index++) {
    const parent = `data/${String(Math.floor(index / shape.perFolder)).padStart(5, '0')}`;
    if (parent !== inFolder) mkdirSync(join(folder, parent));
    inFolder = parent;
    const path = `${parent}/${nameOf(index)}`;
    const hashes = manifests.map(({ algorithm }) => createHash(algorithm));
    const file = openSync(join(folder, path), 'w');
    for (let at = 0; at < shape.bytes; at += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, shape.bytes - at));
      if (part.length >= 4) part.writeUInt32LE(index, 0);
      else part.fill(index);
      writeSync(file, part);
      for (const hash of hashes) hash.update(part);
    }
    closeSync(file);
    for (const [at, manifest] of manifests.entries()) {
      manifest.lines += `${hashes[at]?.digest('hex') ?? ''}  ${path}\n`;
      if (manifest.lines.length < 1_000_000) continue;
      writeSync(manifest.file, manifest.lines);
      manifest.lines = '';
    }
  }
  for (const { file, lines } of manifests) {
    writeSync(file, lines);
    closeSync(file);
  }
  writeFileSync(join(folder, 'bagit.txt'), 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
  writeFileSync(join(folder, 'bag-info.txt'), `Payload-Oxum: ${shape.files * shape.bytes}.${shape.files}\n`);
  const tagFiles = ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt', 'manifest-sha512.txt'];
  for (const { algorithm } of manifests) {
    const lines = tagFiles.map(
      (name) =>
        `${createHash(algorithm)
          .update(readFileSync(join(folder, name)))
          .digest('hex')}  ${name}\n`,
    );
    writeFileSync(join(folder, `tagmanifest-${algorithm}.txt`), lines.join(''));
  }
}
