import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/**
 * Packs the age test vectors of the Community Cryptography Test Vectors (github.com/C2SP/CCTV) into one file, unchanged:
 * `node make-vectors.ts CCTV/age/testdata COMMIT`.
 */
const [, , folder, commit] = process.argv;
if (folder === undefined || commit === undefined) throw new Error('give the folder of the vectors and the commit that it is of');
const vectors = Object.fromEntries(
  readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(join(folder, name)).toString('latin1')]),
);
const document = {
  source: `https://github.com/C2SP/CCTV/tree/${commit}/age/testdata`,
  licence: '0BSD, CC0-1.0 or Unlicense, to the choice of whoever uses them. Copyright (c) 2022 The age Authors',
  form: 'the bytes of each file, one character per byte (Latin-1)',
  vectors,
};
writeFileSync(fileURLToPath(new URL('cctv.json.gz', import.meta.url)), gzipSync(JSON.stringify(document), { level: 9 }));
