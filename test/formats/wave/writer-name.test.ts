import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { speech, temporary, wav } from '../../media/medium-rig.ts';
import { answer, codesOf } from '../answers.ts';

/** Findings about a file that FFmpeg makes of speech. */
async function codesOfFile(rate: string, ...more: string[]): Promise<readonly string[]> {
  using folder = temporary();
  const path = join(folder.path, 'made.wav');
  const args = ['-v', 'error', '-f', 'wav', '-i', '-', '-c:a', 'g726', '-b:a', rate, ...more, path];
  execFileSync('ffmpeg', args, { input: wav(speech(8_000, 3), 8_000) });
  return codesOf(await answer(readFileSync(path), 'made.wav'));
}

test('G.726 at 40 kbit/s in a file that names FFmpeg as its writer is reported; other rates, and files without a writer, are not', async () => {
  expect(await codesOfFile('40k')).toContain('F393');
  expect(await codesOfFile('40k', '-bitexact')).not.toContain('F393');
  expect(await codesOfFile('32k')).not.toContain('F393');
});
