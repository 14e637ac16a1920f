import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { mediaTools } from '../../src/cli/machine/media-tools.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { deviationsOf, placedOf } from '../../src/media/damage/evenness.ts';
import { identifyMedium } from '../../src/media/identify/identify-medium.ts';

// Measures how uneven the codes of real sound are, in the windows that are judged, for docs/explanation/plausibility.md. Run by hand: node dist/test/bench/evenness.js FOLDER…
const never = new AbortController().signal;
const tools = await mediaTools({ ffmpeg: null, opus: null });
const found = new Map<string, { files: number; readonly deviations: number[]; readonly placed: number[] }>();

function* filesBelow(folder: string): Generator<string> {
  if (lstatSync(folder).isFile()) return void (yield folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() || entry.isFile()) yield* filesBelow(join(folder, entry.name));
  }
}

for (const file of process.argv.slice(2).flatMap((folder) => [...filesBelow(folder)])) {
  const bytes = readFileSync(file);
  const answer = await identifyMedium(memoryReader(bytes, file), { name: basename(file) }, tools.formats, never).catch(() => null);
  for (const track of answer?.tracks ?? []) {
    const marks = tools.codecs.get(track.codec)?.marks?.codes;
    if (marks === undefined) continue;
    const row = found.get(track.codec) ?? { files: 0, deviations: [], placed: [] };
    row.files++;
    found.set(track.codec, row);
    const length = marks.windowBytes;
    const [frame] = marks.frameBytes;
    for (const [start, end] of track.spans)
      for (let at = start; at + length <= end; at += length) {
        const window = bytes.subarray(at, at + length);
        row.deviations.push(deviationsOf(window, marks.frameBytes));
        if (frame !== undefined) row.placed.push(placedOf(window, frame));
      }
  }
}
function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(1) ?? '-';
  return `least ${at(0)}, 1 % ${at(0.01)}, median ${at(0.5)}`;
}

for (const [codec, { files, deviations, placed }] of found)
  process.stdout.write(`${codec}: ${files} files, ${deviations.length} windows; even: ${spread(deviations)}; placed: ${spread(placed)}\n`);
