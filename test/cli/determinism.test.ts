import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createOggOpusReader } from '../../src/ogg/opus-reader.ts';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

/** Codecs of longplay and of FFmpeg, one and two channels, a damaged one and one without a decoder. */
const names = ['wave-ok.wav', 'au-pcm-s24be-stereo.au', 'amr-nb.amr', 'raw-g729.g729'];

function makeSource(rig: Rig): void {
  mkdirSync(rig.path('source'));
  // More files than workers, so that their order is random.
  for (const name of names) for (const copy of [1, 2]) copyFileSync(join(root, 'samples/formats', name), rig.path('source', `${copy}-${name}`));
}

/** Returns the packets of a copy, without the encoder's name in its headers. */
function packetsOf(file: string): string {
  const packets: string[] = [];
  const reader = createOggOpusReader(
    (packet, samples, from, to) => void packets.push(`${samples} ${from} ${to} ${Buffer.from(packet).toString('hex')}`),
  );
  reader.push(readFileSync(file));
  expect(reader.finish().problems).toEqual([]);
  return packets.join('\n');
}

test('copies are the same with 1, 2 and 4 workers, with libopus and with FFmpeg, and their packets are the same with both', async () => {
  await using rig = createRig();
  makeSource(rig);
  const lanes: string[] = [];
  for (const [lane, env] of [
    ['libopus', {}],
    ['ffmpeg', { LONGPLAY_LIBOPUS: 'none' }],
  ] as const) {
    const trees: unknown[] = [];
    for (const jobs of ['1', '2', '4']) {
      const out = `${lane}-${jobs}`;
      const { code } = await rig.run(['convert', 'source', '--out', out, '-j', jobs], { env });
      expect(code).toBe(0);
      trees.push(fingerprint(rig.path(out)));
    }
    expect(trees[1]).toEqual(trees[0]);
    expect(trees[2]).toEqual(trees[0]);
    lanes.push(`${lane}-1`);
  }
  const copies = readdirSync(rig.path('libopus-1')).filter((name) => name.endsWith('.opus'));
  expect(copies.length).toBe(8);
  const [first = '', second = ''] = lanes;
  for (const name of copies) expect([name, packetsOf(rig.path(second, name))]).toEqual([name, packetsOf(rig.path(first, name))]);
});

test("a grade has its settings, the user's own bitrate takes precedence, and a copy with other settings replaces the one before", async () => {
  await using rig = createRig();
  mkdirSync(rig.path('source'));
  copyFileSync(join(root, 'samples/formats/wave-ok.wav'), rig.path('source/call.wav'));
  const grades = [['--quality', 'small'], [], ['--quality', 'high'], ['--quality', 'high', '--bitrate', '24000', '--complexity', '0'], []];
  const made: unknown[] = [];
  for (const grade of grades) {
    const { lines } = await rig.json(['convert', 'source', '--out', 'copies', ...grade]);
    made.push(lines.flatMap((line) => (line.type === 'result' ? /(\d+) b\/s, complexity (\d+)/.exec(JSON.stringify(line))?.slice(1) : [])));
  }
  expect(made).toEqual([
    ['16000', '4'],
    ['32000', '4'],
    ['64000', '4'],
    ['24000', '0'],
    ['32000', '4'],
  ]);
  // An existing copy is kept only if it has these settings.
  expect((await rig.json(['convert', 'source', '--out', 'copies'])).summary).toMatchObject({ converted: 0, kept: 1 });
  expect(readdirSync(rig.path('copies'))).toEqual(['call.opus', 'conversions.jsonl', 'manifest-sha256.txt']);
});

test('a conversion with other settings that is killed leaves no file that differs from its manifest, whatever the settings of the next run', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('source'));
  for (let call = 0; call < 60; call++) copyFileSync(join(root, 'samples/formats/wave-ok.wav'), rig.path('source', `call-${call}.wav`));
  const sums = () => rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], rig.path('copies'));
  expect((await rig.run(['convert', 'source', '--out', 'copies'])).code).toBe(0);
  const before = fingerprint(rig.path('copies'));
  const killed = await rig.run(['convert', 'source', '--out', 'copies', '--quality', 'high', '-j', '1', '--json'], {
    abortAfter: /"of":"converted"/,
    kill: 'SIGKILL',
  });
  expect(killed.signal).toBe('SIGKILL');
  expect(fingerprint(rig.path('copies'))).not.toEqual(before);
  expect((await rig.run(['convert', 'source', '--out', 'copies'])).code).toBe(0);
  const { code, stdout, stderr } = await sums();
  expect([code, stdout, stderr]).toEqual([0, '', '']);
  expect(fingerprint(rig.path('copies'))).toEqual(before);
});
