import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Rig, root } from '../cli/rig.ts';
import { type Answer, createArchive, entriesOf, recordingsOf, type Server, startServer, storedBytes, writeUsers } from './rig.ts';

const ffmpeg = '/usr/bin/ffmpeg';

describe.skipIf(!existsSync(ffmpeg))('a part of a sound, saved as WAV', () => {
  let rig: Rig;
  let server: Server;
  let cookie: string;
  let call: { readonly recordingId: string; readonly bag: string };
  beforeAll(async () => {
    rig = await createArchive();
    const { code } = await rig.run([
      'import',
      join(root, 'samples/generic-csv'),
      '--mapping',
      join(root, 'samples/generic-csv/mapping.toml'),
      '--into',
      'archive',
      '--access',
      'wav',
      '--site',
      'desk',
    ]);
    expect([0, 3]).toContain(code);
    server = await startServer(rig, ['--users', writeUsers(rig)]);
    cookie = (await server.signIn('anna')).cookie;
    const joined = (await recordingsOf(rig, '--with-site', 'pbx')).find(({ recordingId, bag }) =>
      existsSync(rig.path('archive/bags', bag, 'data', recordingId, 'access-joined.opus')),
    );
    if (joined === undefined) throw new Error('no call with both sides joined');
    call = joined;
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
  });

  const ask = (id: string, file: string, from: number | string, to: number | string, as = cookie, method = 'GET'): Promise<Answer> =>
    server.ask(`/files/${id}/${file}/span.wav?from=${from}&to=${to}`, { cookie: as, method });
  /** 16-bit samples by FFmpeg, whose decoder of Opus is also libopus. */
  const samplesOf = (input: Buffer, format: 'ogg' | 'wav'): Int16Array => {
    const decoder = format === 'ogg' ? ['-c:a', 'libopus'] : [];
    const { stdout, stderr } = spawnSync(ffmpeg, ['-v', 'error', '-xerror', '-f', format, ...decoder, '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], {
      input,
    });
    expect(stderr.toString()).toBe('');
    return new Int16Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
  };
  const taken = async () => (await entriesOf(rig)).filter(({ type, detail }) => type === 'recording-taken' && 'fromMs' in detail);

  test('has exactly the samples that FFmpeg decodes of the copy there, and the log has its times', async () => {
    const copy = storedBytes(rig, call.bag, call.recordingId, 'access-joined.opus');
    const { joined } = JSON.parse(storedBytes(rig, call.bag, call.recordingId, 'recording.json').toString('utf8')) as {
      joined: { samples: number; sampleRateHz: number; channels: number };
    };
    const { samples, sampleRateHz, channels } = joined;
    const all = samplesOf(copy, 'ogg');
    const step = 48_000 / sampleRateHz;
    expect(all.length).toBe(samples * step * channels);
    for (const [fromMs, toMs] of [
      [0, 99_000],
      [250, 1_250],
      [1_333, 1_334],
    ] as const) {
      const { status, headers, body } = await ask(call.recordingId, 'access-joined.opus', fromMs, toMs);
      expect([status, headers['content-type'], headers['content-length']]).toEqual([200, 'audio/wav', String(body.length)]);
      const [first, end] = [fromMs, toMs].map((ms) => Math.min(samples, Math.round((ms * sampleRateHz) / 1_000)));
      const expected = Int16Array.from({ length: ((end ?? 0) - (first ?? 0)) * channels }, (_, at) => {
        const frame = (first ?? 0) + Math.floor(at / channels);
        return all[frame * step * channels + (at % channels)] ?? 0;
      });
      expect(Buffer.from(samplesOf(body, 'wav').buffer).equals(Buffer.from(expected.buffer)), `${fromMs} to ${toMs}`).toBe(true);
    }
    expect((await taken()).map(({ detail: { user, recording, file, fromMs, toMs } }) => ({ user, recording, file, fromMs, toMs }))).toEqual(
      [
        [0, 99_000],
        [250, 1_250],
        [1_333, 1_334],
      ].map(([fromMs, toMs]) => ({ user: 'anna', recording: call.recordingId, file: 'access-joined.opus', fromMs, toMs })),
    );
  });

  test('of a WAV copy has its bytes unchanged', async () => {
    const [found] = (await recordingsOf(rig, '--with-site', 'desk')).filter(({ recordingId, bag }) =>
      existsSync(rig.path('archive/bags', bag, 'data', recordingId, 'access-1.wav')),
    );
    if (found === undefined) throw new Error('no call with a WAV copy');
    const copy = storedBytes(rig, found.bag, found.recordingId, 'access-1.wav');
    const { status, body } = await ask(found.recordingId, 'access-1.wav', 20, 60);
    expect(status).toBe(200);
    const data = copy.subarray(copy.indexOf('data') + 8);
    const format = copy.indexOf('fmt ') + 8;
    const bytesPerMs = copy.readUInt32LE(format + 8) / 1_000;
    const expected = data.subarray(20 * bytesPerMs, 60 * bytesPerMs);
    expect(new Set(expected).size).toBeGreaterThan(10);
    expect(body.subarray(body.indexOf('data') + 8).equals(expected)).toBe(true);
  });

  test('is refused without a span, beyond the end, for a file that is not sound, and without permission, and logs nothing', async () => {
    const before = (await taken()).length;
    const { recordingId: id } = call;
    for (const [from, to] of [
      ['', ''],
      [5, 5],
      [9, 3],
      ['-1', 4],
      ['1e3', 4_000],
      [90_000, 99_000],
    ] as const)
      expect((await ask(id, 'access-joined.opus', from, to)).status, `${from} ${to}`).toBe(400);
    for (const file of ['recording.json', 'original-1.wav', 'nothing.opus']) expect((await ask(id, file, 0, 100)).status, file).toBe(404);
    expect((await ask(id, 'access-joined.opus', 0, 100, cookie, 'HEAD')).status).toBe(405);
    const eva = (await server.signIn('eva')).cookie;
    expect((await ask(id, 'access-joined.opus', 0, 100, eva)).status).toBe(403);
    const cilla = (await server.signIn('cilla')).cookie;
    expect((await ask(id, 'access-joined.opus', 0, 100, cilla)).status).toBe(404);
    expect((await taken()).length).toBe(before);
  });

  test('of an altered copy is not handed out', async () => {
    const path = rig.path('archive/bags', call.bag, 'data', call.recordingId, 'access-joined.opus');
    const bytes = readFileSync(path);
    const altered = Buffer.from(bytes);
    altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1;
    writeFileSync(path, altered);
    const before = (await taken()).length;
    const { status, text } = await ask(call.recordingId, 'access-joined.opus', 0, 100);
    expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([503, 'altered']);
    expect((await taken()).length).toBe(before);
    writeFileSync(path, bytes);
    expect((await ask(call.recordingId, 'access-joined.opus', 0, 100)).status).toBe(200);
  });
});
