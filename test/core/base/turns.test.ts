import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import { createTurns } from '../../../src/core/base/turns.ts';
import { media } from '../../importers/media.ts';
import { memorySource } from '../../importers/memory-source.ts';

test('a turn is due after a tenth of a second of work, and not again right after it', async () => {
  let ms = 0;
  const turns = createTurns(() => ms);
  const due: boolean[] = [];
  for (const at of [0, 99, 100, 150]) {
    ms = at;
    due.push(turns.isDue());
  }
  expect(due).toEqual([false, false, true, true]);
  await turns.take(new AbortController().signal);
  expect(turns.isDue()).toBe(false);
});

test('work that waits for the event loop is done within a turn, and an abort ends the loop with its reason', async () => {
  const abort = new AbortController();
  setImmediate(() => abort.abort(new Error('stopped')));
  await expect(createTurns().take(abort.signal)).rejects.toThrow('stopped');
});

test('an abort is noticed while an importer reads and joins rows in memory and in its stages', async () => {
  const abort = new AbortController();
  const rows = Array.from({ length: 8_000 }, (_, row) => `${row},2019-03-12 08:00:00,rec/${row}.wav`);
  const text = 'table.files = "*.csv"\ncolumns = { key = "id", start = "start" }\njoin.column = "file"\n';
  setImmediate(() => abort.abort(new Error('stopped')));
  const source = memorySource({ 'calls.csv': `id,start,file\n${rows.join('\n')}\n` });
  const scratch = mkdtempSync(join(tmpdir(), 'turns-'));
  try {
    const options = { zone: null, mapping: { name: 'm.toml', text }, encoding: null, media, scratch };
    const reading = async (): Promise<void> => {
      for await (const item of generic.items(source, options, abort.signal)) if (item.kind === 'table') return;
    };
    await expect(reading()).rejects.toThrow('stopped');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
