import { cpSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquireLock } from '../../../src/archive/files/lock.ts';
import type { LogEntry } from '../../../src/log/entries/log-entry.ts';
import { createDecoderMemory } from '../../../src/verify/play/check-decoders.ts';
import { createRig, fingerprint, type Rig } from '../../cli/rig.ts';
import { patience } from '../../patience.ts';
import { importCalls, makeCalls, otherFfmpeg } from '../play-rig.ts';

let rig: Rig;
let archive: string;

beforeAll(async () => {
  rig = createRig();
  archive = rig.path('archive');
  await makeCalls(rig);
  await importCalls(rig, archive);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

interface Entered {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What a verification logged about decoders. */
async function entered(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly entries: Entered[] }> {
  const read = async (): Promise<Entered[]> =>
    (await rig.json(['log', 'list', archive])).lines.filter(({ type }) => type === 'result').map(({ value }) => value as Entered);
  const before = (await read()).length;
  const { code } = await rig.json(['verify', archive, ...args], env);
  return { code, entries: (await read()).slice(before).filter(({ type }) => type === 'canaries-checked' || type === 'decoders-compared') };
}

describe('the decoders that were last known to be right', () => {
  const entry = (type: string, detail: LogEntry['detail']): LogEntry =>
    ({ kind: 'log-entry', seq: 1, time: '2026-01-01T00:00:00.000Z', type, detail }) as LogEntry;
  const lastAfter = (...entries: readonly LogEntry[]): string | null => {
    const memory = createDecoderMemory();
    for (const each of entries) memory.take(each);
    return memory.last();
  };
  const started = (decoders: string, play = 'copies'): LogEntry => entry('verification-started', { play, decoders });

  test('are those of the first run that decoded, until others are compared: a run stopped before that shows nothing', () => {
    expect(lastAfter()).toBeNull();
    expect(lastAfter(started('old', 'none'))).toBeNull();
    expect(lastAfter(started('old'), started('new'))).toBe('old');
    expect(lastAfter(started('old'), started('new'), entry('decoders-compared', { from: 'old', to: 'new' }), started('newer'))).toBe('new');
  });
});

describe('a run that decodes', () => {
  test('tries the canaries of what it decodes: Opus and what is played without a copy; with the originals all codecs of the archive; none if nothing is decoded', async () => {
    expect((await entered([])).entries).toEqual([]);
    const copies = (await entered(['--play'])).entries;
    const all = (await entered(['--play', '--originals'])).entries;
    expect([copies, all].map((entries) => entries.map(({ type }) => type))).toEqual([['canaries-checked'], ['canaries-checked']]);
    const [few, more] = [Number(copies[0]?.detail.canaries), Number(all[0]?.detail.canaries)];
    expect([few > 0, few < more, more < 120]).toEqual([true, true, true]);
  });

  const catalog = (): string[] => fingerprint(archive).filter((line) => line.startsWith('catalog'));
  const all = ['--play', '--originals'];
  const typesOf = async (env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> =>
    (await entered(all, env)).entries.map(({ type }) => type);

  test('compares once after a change of a decoder; the catalog is unchanged', async () => {
    const other = { LONGPLAY_FFMPEG: otherFfmpeg(rig, 'newer', { version: '99.2' }) };
    const before = catalog();
    const { entries } = await entered(all, other);
    expect(entries.map(({ type }) => type)).toEqual(['canaries-checked', 'decoders-compared']);
    expect(entries[1]?.detail).toMatchObject({ to: expect.stringContaining('99.2'), differences: 0 });
    expect(await typesOf(other)).toEqual(['canaries-checked']);
    expect(catalog()).toEqual(before);
  });

  test('does not compare beside an import or with a damaged catalog, which it does not rebuild; the next run does both', async () => {
    // The decoders were compared with the other FFmpeg: the one of this machine is the change.
    const before = catalog();
    const lock = await acquireLock(archive, AbortSignal.timeout(patience));
    const beside = await entered(all);
    await lock.release();
    // The codecs in use are unknown then, so all canaries are tried.
    expect(beside.entries.map(({ type }) => type)).toEqual(['canaries-checked']);
    expect(Number(beside.entries[0]?.detail.canaries)).toBeGreaterThan(200);
    const file = join(archive, 'catalog.sqlite');
    cpSync(file, rig.path('kept'));
    writeFileSync(file, '');
    const damaged = await entered(['--play']);
    expect([damaged.code, damaged.entries.map(({ type }) => type)]).toEqual([4, ['canaries-checked']]);
    expect(fingerprint(archive).find((line) => line.startsWith('catalog.sqlite '))).toMatch(/^catalog\.sqlite 0 /);
    cpSync(rig.path('kept'), file);
    expect(await typesOf()).toEqual(['canaries-checked', 'decoders-compared']);
    expect(await typesOf()).toEqual(['canaries-checked']);
    expect(catalog()).toEqual(before);
  });

  test('of a single bag tries them as well: a decoder with another result is reported', async () => {
    const year = readdirSync(join(archive, 'bags'))[0] ?? '';
    const bag = join(archive, 'bags', year, readdirSync(join(archive, 'bags', year))[0] ?? '');
    const quieter = { LONGPLAY_FFMPEG: otherFfmpeg(rig, 'quieter', { filter: 'volume=-1dB' }) };
    const { code, lines } = await rig.json(['verify', bag, '--play', '--originals'], quieter);
    expect([code, lines.some((line) => line.code === 'V210')]).toEqual([4, true]);
  });
});

describe('the status', () => {
  const status = async (): Promise<{ readonly code: number | null; readonly codes: string[] }> => {
    const { code, lines } = await rig.json(['verify', archive, '--every', '10y', '--status']);
    return { code, codes: lines.flatMap((line) => (line.type === 'verdict' || line.type === 'finding' ? [String(line.code)] : [])) };
  };

  test('reports a lost bag or log, and never ends with 0 then', async () => {
    expect(await status()).toEqual({ code: 0, codes: [] });
    const year = join(archive, 'bags', readdirSync(join(archive, 'bags'))[0] ?? '');
    const bag = join(year, readdirSync(year)[0] ?? '');
    renameSync(bag, rig.path('away'));
    expect(await status()).toMatchObject({ code: 4, codes: expect.arrayContaining(['V101']) });
    renameSync(rig.path('away'), bag);
    renameSync(join(archive, 'log'), rig.path('log'));
    const lost = await status();
    expect([lost.code, lost.codes.length > 0]).toEqual([4, true]);
    renameSync(rig.path('log'), join(archive, 'log'));
    expect(await status()).toEqual({ code: 0, codes: [] });
  });
});
