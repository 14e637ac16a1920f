import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import { importers } from '../../importers/index.ts';
import type { WorkerPool } from '../../src/media/worker-pool.ts';
import { importSource } from '../../src/pipeline/import.ts';
import { makeCorpus } from '../bench/make-corpus.ts';

vi.setConfig({ testTimeout: 120_000 });

/** What a pool is asked for while so many recordings are imported, and at which phase; nothing is made. */
async function asked(recordings: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-work-'));
  try {
    makeCorpus(join(folder, 'source'), recordings, 0.01);
    const seen: string[] = [];
    let phase = '';
    const pool: WorkerPool = {
      size: 2,
      start: () => void seen.push(phase === 'listing' || phase === 'reading' ? 'start while the source is read' : `start while ${phase}`),
      run: () => Promise.reject(new Error('no threads here')),
      close: () => Promise.resolve(),
    };
    const access = { format: 'opus', bitratePerChannel: 32_000, complexity: 4 } as const;
    const sources = [join(folder, 'source')];
    const request = { sources, site: 'default', importer: null, zone: 'Europe/Stockholm', encoding: null, mapping: null, access, joinSides: false };
    const register = { formats, codecs: new Map(codecs.map((codec) => [codec.id, codec])) };
    const tools = {
      importers,
      register,
      createPool: () => pool,
      temporary: folder,
      now: () => '2026-01-02T03:04:05.000Z',
      keys: join(folder, 'keys'),
    };
    const events = importSource(request, join(folder, 'archive'), tools, new AbortController().signal);
    const all = async (): Promise<void> => {
      for await (const event of events) if (event.type === 'progress') phase = event.phase;
    };
    await expect(all()).rejects.toThrow('no threads here');
    return seen;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('threads start while much is planned, once, and not beforehand where there is little', async () => {
  expect(await asked(2_500)).toEqual(['start while the source is read']);
  expect(await asked(400)).toEqual([]);
});
