import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestAlgorithm, hashAnswer, hashFile } from '../../../src/archive/files/hash-file.ts';
import { temporaryFolder } from '../rig.ts';

const programs: readonly [algorithm: string, program: string][] = [
  ['md5', 'md5sum'],
  ['sha1', 'sha1sum'],
  ['sha224', 'sha224sum'],
  ['sha256', 'sha256sum'],
  ['sha384', 'sha384sum'],
  ['sha512', 'sha512sum'],
  ['blake2b512', 'b2sum'],
];

describe('digests of a file', () => {
  it.each([0, 1, 262_143, 262_144, 262_145, 1_000_000])('of %i bytes are those of coreutils, all from one read', (size) => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'file');
    writeFileSync(path, randomBytes(size));
    let seen = 0;
    const result = hashFile(
      path,
      programs.map(([algorithm]) => algorithm),
      (bytes) => {
        seen += bytes.length;
      },
    );
    expect(seen).toBe(size);
    expect(result).toEqual({
      sizeBytes: size,
      stable: true,
      digests: Object.fromEntries(
        programs.map(([algorithm, program]) => [algorithm, execFileSync(program, [path], { encoding: 'utf8' }).split(' ')[0]]),
      ),
    });
  });

  it.each(['sha3-224', 'sha3-256', 'sha3-384', 'sha3-512', 'sha512-256', 'ripemd160', 'blake2s256'])('by %s are those of openssl', (name) => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'file');
    writeFileSync(path, 'abc');
    const algorithm = digestAlgorithm(name);
    const judge = execFileSync('openssl', ['dgst', '-r', `-${algorithm?.openssl}`, path], { encoding: 'utf8' }).split(' ')[0];
    expect(hashFile(path, [algorithm?.id ?? '']).digests[algorithm?.id ?? '']).toBe(judge);
    expect(judge).toHaveLength(algorithm?.hexDigits ?? 0);
  });

  it('are refused for links, pipes and folders, with a code and without blocking', () => {
    using folder = temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    writeFileSync(at('file'), 'x');
    symlinkSync('file', at('link'));
    execFileSync('mkfifo', [at('pipe')]);
    mkdirSync(at('folder'));
    const ask = (name: string): string | null => hashAnswer({ id: 7, path: at(name), algorithms: ['sha256'] }).error;
    expect(['file', 'link', 'pipe', 'folder', 'absent'].map(ask)).toEqual([null, 'ELOOP', 'ENOTFILE', 'ENOTFILE', 'ENOENT']);
  });

  it('of an unknown kind have no algorithm', () => {
    expect(digestAlgorithm('crc32')).toBeNull();
    expect(digestAlgorithm('SHA-256')?.id).toBe('sha256');
  });
});
