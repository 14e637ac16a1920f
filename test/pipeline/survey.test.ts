import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import { importers } from '../../importers/index.ts';
import { survey } from '../../src/pipeline/survey.ts';

test('both sides of a captured call are one file and one time', async () => {
  const tools = { importers, formats, codecs: new Map(codecs.map((codec) => [codec.id, codec])), temporary: tmpdir() };
  const sources = [join(import.meta.dirname, '../../samples/formats/pcap-no-signalling.pcap')];
  const request = { sources, site: 'default', importer: null, zone: null, encoding: null, mapping: null };
  const events = survey(request, tools, new AbortController().signal);
  let next = await events.next();
  while (next.done !== true) next = await events.next();
  expect(next.value.audio).toMatchObject([{ codec: 'mulaw', files: 1, audioMs: 270 }]);
});

test('an empty file is an empty file, and none of unknown format', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'survey-'));
  try {
    writeFileSync(join(folder, 'empty.wav'), '');
    writeFileSync(join(folder, 'strange.wav'), 'no sound');
    const tools = { importers, formats, codecs: new Map(codecs.map((codec) => [codec.id, codec])), temporary: tmpdir() };
    const request = { sources: [folder], site: 'default', importer: null, zone: null, encoding: null, mapping: null };
    const found: string[] = [];
    const events = survey(request, tools, new AbortController().signal);
    let next = await events.next();
    for (; next.done !== true; next = await events.next()) if (next.value.type === 'finding') found.push(`${next.value.code} ${next.value.place}`);
    expect(next.value).toMatchObject({ unidentified: 1, unreadable: 0, undecodable: 0, audio: [] });
    expect(next.value.reconciliation).toMatchObject({
      files: 2,
      byBucket: [
        { bucket: 'unreadable-audio', files: 1, bytes: 8 },
        { bucket: 'zero-audio', files: 1, bytes: 0 },
      ],
      recordings: { 'unreadable-audio': 1, 'zero-audio': 1 },
      recordingsTotal: 2,
    });
    expect(found.filter((line) => line.startsWith('P'))).toEqual(['P141 empty.wav', 'P140 strange.wav']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
