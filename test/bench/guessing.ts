import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { int16Of, run } from '../formats/codecs/judges.ts';
import { codings, hitRates } from '../formats/hit-rates.ts';

// Measures the hit rates that docs/explanation/guessing.md states. Usage: node dist/test/bench/guessing.js FOLDER-OF-PROMPTS; needs sox and FFmpeg.

const folder = process.argv[2] ?? '.';
const prompts = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(wav|gsm)$/.test(entry.name) && entry.parentPath.includes('asterisk'))
  .map((entry) => int16Of(run('sox', ['-D', join(entry.parentPath, entry.name), '-c', '1', '-r', '8000', '-t', 's16', '-'])));
const seconds = Math.round(prompts.reduce((sum, { length }) => sum + length, 0) / 8000);
process.stdout.write(`${prompts.length} prompts of ${seconds} s\n`);
for (const length of [0.5, 2]) {
  process.stdout.write(
    `\n| coding, ${length} s | windows | silent | right | undecided | wrong | enough without a name |\n|---|---|---|---|---|---|---|\n`,
  );
  for (const coding of codings) {
    const { id, windows, silent, right, undecided, wrong, strong } = await hitRates(coding, prompts, length);
    process.stdout.write(`| ${id} | ${windows} | ${silent} | ${right} | ${undecided} | ${wrong} | ${strong} |\n`);
  }
}
