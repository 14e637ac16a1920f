import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mediaTools } from '../../src/cli/machine/media-tools.ts';
import { processMedium } from '../../src/media/process-medium.ts';
import { answers, never } from './answers.ts';

const folder = join(import.meta.dirname, '../../../shared/samples/audio');
const table = join(import.meta.dirname, 'shared-audio.expected.tsv');
const ranks = ['signature', 'structure', 'statistics', 'hint'] as const;
/** Larger files are identified and not decoded. */
const decodedBytes = 4_000_000;

function* filesBelow(path: string): Generator<string> {
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* filesBelow(join(path, entry.name));
    else if (entry.isFile()) yield join(path, entry.name);
  }
}

/** Format, confidence, codec, rate, channels, samples per channel, state and finding codes, as the complete processing of a medium gives them. */
async function lineOf(file: string, tools: Awaited<ReturnType<typeof mediaTools>>): Promise<string> {
  const bytes = new Uint8Array(readFileSync(file));
  const task = {
    location: { kind: 'bytes', bytes },
    name: basename(file),
    place: basename(file),
    originalBase: null,
    accessBase: null,
    access: { format: 'opus', bitratePerChannel: 32_000, complexity: 4 },
  } as const;
  const { format, confidence, codec, measurement, state, findings } = await processMedium(task, tools, never);
  const samples = bytes.length > decodedBytes ? 'large' : (measurement?.samples ?? '-');
  const codes = [...new Set(findings.map(({ code }) => code))].sort().join(' ');
  const sound = [codec?.id ?? '-', codec?.sampleRateHz ?? '-', codec?.channels ?? '-', samples];
  return [file.slice(folder.length + 1), format ?? '-', confidence ?? '-', ...sound, state, codes || '-'].join('\t');
}

describe.skipIf(!existsSync(folder))('every file of real and synthetic audio beside the project', () => {
  test('gets the answer of the table, by one format alone if one is most certain', async () => {
    const tools = await mediaTools({ ffmpeg: null, opus: null });
    const lines: string[] = [];
    for (const file of filesBelow(folder)) {
      const bytes = new Uint8Array(readFileSync(file));
      const found = await answers(bytes, basename(file));
      // Two formats with equal certainty give finding M106, and nothing is played.
      const surest = ranks.find((rank) => found.some(({ confidence }) => confidence === rank));
      expect(found.filter(({ confidence }) => confidence === surest).length, file).toBeLessThanOrEqual(1);
      lines.push(await lineOf(file, tools));
    }
    if (!existsSync(table)) {
      writeFileSync(table, `${lines.join('\n')}\n`);
      throw new Error(`${basename(table)} was absent and is written anew: read it, line by line, before it is believed`);
    }
    expect(lines).toEqual(readFileSync(table, 'utf8').trimEnd().split('\n'));
  });
});
