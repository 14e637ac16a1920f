import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { clearScratch } from '../../../src/verify/checks/clear-scratch.ts';

const job = 'jobs/20261203t120000-0123456789abcdef';
const recording = `${job}/drafts/20190101-1122334455667788/data/1122334455667788`;

/** Returns what is in clear in an archive with these files of stopped work. */
function clearIn(...files: readonly string[]): readonly string[] {
  const dir = mkdtempSync(join(tmpdir(), 'clear-scratch-'));
  try {
    for (const file of files) {
      mkdirSync(dirname(join(dir, file)), { recursive: true });
      writeFileSync(join(dir, file), 'a text');
    }
    return clearScratch(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('a finished draft of a sealed bag has nothing in clear: its README and public.json are so in every bag', () => {
  const sealed = [`${recording}/original-1.wav.age`, `${recording}/recording.json.age`, `${recording}/public.json`];
  expect(clearIn(...sealed, join(recording, '../README.txt'), join(recording, '../../manifest-sha256.txt'))).toEqual([]);
});

test.each(['original-1.wav', 'recording.json', 'README.txt', 'access-1.opus'])('a draft with %s of a recording is in clear', (name) => {
  expect(clearIn(join(recording, '../README.txt'), `${recording}/${name}`)).toEqual([job]);
});
