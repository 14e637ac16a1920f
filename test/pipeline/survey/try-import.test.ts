import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyRecording } from '../../../src/core/model/recording.ts';
import type { Source } from '../../../src/core/model/source.ts';
import type { WorkerPool } from '../../../src/media/workers/worker-pool.ts';
import { createImportWork, type WorkKind } from '../../../src/pipeline/make/import-work.ts';
import { noSoundYet } from '../../../src/pipeline/read/sound.ts';
import { tryImport } from '../../../src/pipeline/survey/try-import.ts';

const access = { format: 'opus', bitratePerChannel: 32_000, complexity: 4 } as const;
const source = { name: 'calls', entries: async function* () {}, damage: [] } as unknown as Source;

interface Asked {
  readonly folder: string;
  readonly planned: { readonly recordingId: string };
}

/** Two threads with a clock of their own: in each round everything in progress ends at once, after 100 ms. */
function madeUp(msOf: (asked: Asked, under: number) => number) {
  let now = 0;
  let ending = false;
  const underWay: (() => void)[] = [];
  const rounds: string[][] = [];
  const end = (): void => {
    ending = false;
    now += 100;
    rounds.push([]);
    for (const done of underWay.splice(0)) done();
  };
  const pool = {
    size: 2,
    start: () => undefined,
    run: (task: unknown, _bytes: unknown, _meter: unknown, tellTime?: (threadMs: number) => void) =>
      new Promise((resolve) => {
        const asked = task as Asked;
        if (!ending) setImmediate(end);
        ending = true;
        if (rounds.length === 0) rounds.push([]);
        rounds.at(-1)?.push(asked.planned.recordingId);
        underWay.push(() => {
          tellTime?.(msOf(asked, now));
          resolve({ files: [{ path: 'access-1.opus', sizeBytes: 400 }], audioMs: 1_000, bytes: 1_000 });
        });
      }),
    close: async () => undefined,
  };
  return { createPool: () => pool as unknown as WorkerPool, clock: () => now, rounds };
}

function kindsOf(...many: readonly [kind: string, recordings: number, bytes: number, audioMs: number][]): readonly WorkKind[] {
  const work = createImportWork();
  for (const [kind, recordings, bytes, audioMs] of many)
    for (let at = 0; at < recordings; at++)
      work.take(
        emptyRecording('loose-files', 'verified', `${kind} ${at}`),
        { recordingId: `${kind} ${at}`, standing: 'new' },
        { ...noSoundYet(), kind, audioMs },
        bytes,
      );
  return work.kinds();
}

async function tried(kinds: readonly WorkKind[], tools: ReturnType<typeof madeUp>) {
  const scratch = mkdtempSync(join(tmpdir(), 'trial-'));
  try {
    const it = await tryImport({ source, scratch }, kinds, { site: 'site', declarations: [] }, { ...tools, access }, new AbortController().signal);
    expect(readdirSync(scratch)).toEqual([]);
    return it;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

test('as many small recordings are tried at once as in an import, after one uncounted one in each thread', async () => {
  const tools = madeUp(() => 7);
  const { trials } = await tried(kindsOf(['mp3', 250, 12_000, 3_000]), tools);
  // 16 share a process; a second batch for each thread begins as soon as one has ended.
  expect(tools.rounds.map(({ length }) => length).slice(0, 3)).toEqual([2, 32, 64]);
  expect(Math.max(...tools.rounds.map(({ length }) => length))).toBe(64);
  expect(trials.filter(({ isFirst }) => isFirst)).toHaveLength(2);
  expect(trials).toHaveLength(2 + 3 * 64);
});

test('no more are tried at once than the source has', async () => {
  const tools = madeUp(() => 7);
  await tried(kindsOf(['mp3', 5, 12_000, 3_000]), tools);
  expect(Math.max(...tools.rounds.map(({ length }) => length))).toBe(5);
});

test('large recordings have a thread each, and come before the small ones', async () => {
  const tools = madeUp(() => 7);
  const { trials } = await tried(kindsOf(['mp3', 40, 12_000, 3_000], ['mulaw', 3, 12_000_000, 1_500_000]), tools);
  const large = tools.rounds.filter((round) => round.some((id) => id.startsWith('mulaw')));
  expect(large.every((round) => round.length <= 2 && round.every((id) => id.startsWith('mulaw')))).toBe(true);
  expect(tools.rounds.slice(0, large.length)).toEqual(large);
  expect(trials.filter(({ of }) => of.kind === 'mulaw')).toHaveLength(2 + 3 * 3);
  expect(trials.filter(({ of }) => of.kind === 'mp3').length).toBeGreaterThan(100);
});

test('none is begun after the time limit, and both large and small ones get a part of the time', async () => {
  const tools = madeUp(() => 7);
  const { trials, ms } = await tried(
    kindsOf(...Array.from({ length: 24 }, (_, at): [string, number, number, number] => [`long ${at}`, 4, 12_000_000, 1_500_000]), [
      'mp3',
      5_000,
      12_000,
      3_000,
    ]),
    tools,
  );
  expect(ms).toBeLessThanOrEqual(3_300);
  // 0.1 s for the first of each thread, 2.2 s of large ones two at a time, the rest for small ones.
  const large = trials.filter(({ of }) => of.kind !== 'mp3').length;
  expect(large).toBeGreaterThanOrEqual(44);
  expect(large).toBeLessThanOrEqual(50);
  expect(trials.length - large).toBeGreaterThan(150);
});

test('each kind is tried once, even after the time limit', async () => {
  const tools = madeUp(() => 7);
  const kinds = kindsOf(...Array.from({ length: 60 }, (_, at): [string, number, number, number] => [`long ${at}`, 4, 12_000_000, 1_500_000]));
  const { trials } = await tried(kinds, tools);
  expect(new Set(trials.map(({ of }) => of)).size).toBe(60);
  // Without the rule 44 to 50 would have run; each thread may have begun one more.
  expect(trials.length).toBeLessThanOrEqual(62);
});

test('the time of a trial is the time that its thread reports, not the time until it is done', async () => {
  const tools = madeUp(({ planned }) => (planned.recordingId.startsWith('gsm') ? 3 : 40));
  const { trials } = await tried(kindsOf(['gsm', 90, 5_000, 3_000], ['amr', 90, 5_000, 3_000]), tools);
  expect(new Set(trials.filter(({ of }) => of.kind === 'gsm').map(({ ms }) => ms))).toEqual(new Set([3]));
  expect(new Set(trials.filter(({ of }) => of.kind === 'amr').map(({ ms }) => ms))).toEqual(new Set([40]));
});
