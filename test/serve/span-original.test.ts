import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/core/base/identifier.ts';
import type { RecordingDocument } from '../../src/core/model/recording-document.ts';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { type Answer, entriesOf, type Server, startServer, writeUsers } from './rig.ts';

const ffmpeg = '/usr/bin/ffmpeg';
/** Each is its own copy, because it is Opus already. */
const samples = ['ogg-opus.opus', 'ogg-opus-stereo.opus'];

describe.skipIf(!existsSync(ffmpeg))('a part of an original without a separate copy, saved as WAV', () => {
  let rig: Rig;
  let server: Server;
  let cookie: string;
  let originals: { readonly id: string; readonly path: string; readonly name: string; readonly medium: RecordingDocument['media'][number] }[];
  beforeAll(async () => {
    rig = createRig();
    mkdirSync(rig.path('calls'));
    for (const name of samples) cpSync(join(root, 'samples/formats', name), rig.path('calls', name));
    const { code, stderr } = await rig.run(['import', 'calls', '--into', 'archive']);
    expect([0, 3], stderr).toContain(code);
    const documents = readdirSync(rig.path('archive/bags'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('recording.json'));
    originals = documents.flatMap((path) => {
      const { recordingId: id, media } = JSON.parse(readFileSync(rig.path('archive/bags', path), 'utf8')) as RecordingDocument;
      return media.flatMap((medium) =>
        medium.access === null && medium.measurement !== null
          ? [{ id, path: rig.path('archive/bags', path, '..', medium.original.path), name: medium.original.path, medium }]
          : [],
      );
    });
    expect(originals.length).toBe(samples.length);
    server = await startServer(rig, ['--users', writeUsers(rig)]);
    cookie = (await server.signIn('anna')).cookie;
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
  });

  const ask = (id: string, file: string, from: number, to: number): Promise<Answer> =>
    server.ask(`/files/${id}/${file}/span.wav?from=${from}&to=${to}`, { cookie });
  const decoded = (path: string, rate: number, channels: number): Buffer => {
    const run = spawnSync(ffmpeg, [
      '-v',
      'fatal',
      ...(path.endsWith('.wav') ? [] : ['-c:a', 'libopus']),
      '-i',
      path,
      '-vn',
      '-f',
      's16le',
      '-ar',
      String(rate),
      '-ac',
      String(channels),
      'pipe:1',
    ]);
    expect(run.status).toBe(0);
    return run.stdout;
  };

  test('has exactly the samples that FFmpeg decodes there, and the log has its times', async () => {
    for (const { id, path, name, medium } of originals) {
      const { sampleRateHz, channels, samples: total } = medium.measurement ?? { sampleRateHz: 0, channels: 0, samples: 0 };
      const all = decoded(path, sampleRateHz, channels);
      expect(all.length).toBe(total * channels * 2);
      for (const [from, to] of [
        [0, 99_000],
        [20, 131],
      ] as const) {
        const { status, headers, body } = await ask(id, name, from, to);
        expect([name, status, headers['content-type'], headers['content-length']]).toEqual([name, 200, 'audio/wav', String(body.length)]);
        const [first, end] = [from, to].map((ms) => Math.min(total, Math.round((ms * sampleRateHz) / 1_000)) * channels * 2);
        writeFileSync(rig.path('part.wav'), body);
        const found = decoded(rig.path('part.wav'), sampleRateHz, channels);
        expect(found.equals(all.subarray(first, end)), `${name} ${from} to ${to}`).toBe(true);
        expect(new Set(found).size).toBeGreaterThan(50);
        // The measurement of the import.
        if (from === 0) expect(sha256Hex(found)).toBe(medium.measurement?.pcmSha256);
      }
    }
    const taken = (await entriesOf(rig)).filter(({ type, detail }) => type === 'recording-taken' && 'fromMs' in detail);
    expect(taken).toHaveLength(2 * samples.length);
    // Many listeners and one that leaves in the middle leave nothing behind: others still get answers.
    const [one] = originals;
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(one?.id ?? '', one?.name ?? '', 10, 300)));
    for (const { status } of answers) expect([200, 503]).toContain(status);
    expect((await ask(one?.id ?? '', one?.name ?? '', 10, 300)).status).toBe(200);
  });

  test('is refused beyond its end, and for an altered file', async () => {
    const [one] = originals;
    if (one === undefined) throw new Error('none');
    expect((await ask(one.id, one.name, 90_000_000, 90_000_100)).status).toBe(400);
    const bytes = readFileSync(one.path);
    const altered = Buffer.from(bytes);
    altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1;
    writeFileSync(one.path, altered);
    const { status, text } = await ask(one.id, one.name, 10, 300);
    expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([503, 'altered']);
    writeFileSync(one.path, bytes);
  });
});
