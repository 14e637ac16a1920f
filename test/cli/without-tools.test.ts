import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli, createRig, type Rig, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');
const lanes = {
  both: {},
  'FFmpeg alone': { LONGPLAY_LIBOPUS: 'none' },
  'libopus alone': { LONGPLAY_FFMPEG: 'none' },
} as const;

let rig: Rig;
beforeAll(() => {
  rig = createRig();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

interface Document {
  readonly media: readonly { readonly path: string; readonly access: { readonly samples: number } | null }[];
}

/** Samples of every copy by the path of its original in the source; null: no copy. */
async function copies(archive: string): Promise<[path: string, samples: number | null][]> {
  const out = rig.path(`out of ${archive}`);
  expect((await rig.run(['export', archive, '--all', '--out', out, '--take', 'original'])).code).toBe(0);
  return readFileSync(join(out, 'recordings.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly document: Document })
    .flatMap(({ document }) => document.media.map(({ path, access }): [string, number | null] => [path, access?.samples ?? null]))
    .sort();
}

test("copies have the same samples whichever encoder runs, and either encoder's copies can be played with the other library", async () => {
  const counts = new Map<string, Awaited<ReturnType<typeof copies>>>();
  for (const [name, env] of Object.entries(lanes)) {
    const { code } = await rig.run(['import', sample, '--into', name, '--zone', 'Europe/Stockholm'], { env });
    expect([name, code]).toEqual([name, 0]);
    counts.set(name, await copies(name));
    for (const [other, played] of Object.entries(lanes)) {
      if (other !== name) expect((await rig.run(['verify', name, '--play', '--quiet'], { env: played })).code).toBe(0);
    }
  }
  const both = counts.get('both');
  expect(counts.get('FFmpeg alone')).toEqual(both);
  expect(counts.get('libopus alone')).toEqual(both);
});

test('files that only FFmpeg decodes are refused by name if there is no FFmpeg, and nothing else', async () => {
  const files = ['wave-mp3.wav', 'mpeg-audio.mp3', 'wave-gsm.wav', 'raw-mulaw.ulaw'].map((name) => join(root, 'samples/formats', name));
  const { lines, summary } = await rig.json(['convert', ...files, '--out', 'refused'], { LONGPLAY_FFMPEG: 'none' });
  expect(summary).toMatchObject({ exitCode: 3, converted: 2, notConverted: 2 });
  const refusals = lines.filter((line) => line.type === 'finding' && line.code === 'M108').map((line) => String(line.place));
  expect(refusals.sort()).toEqual(['mpeg-audio.mp3', 'wave-mp3.wav']);
});

test('with neither, an import that has to write Opus stops with 5, says what to install, and resumes once it is installed; --access wav needs neither', async () => {
  const neither = { LONGPLAY_FFMPEG: 'none', LONGPLAY_LIBOPUS: 'none' };
  const stopped = await rig.run(['import', sample, '--into', 'later', '--zone', 'Europe/Stockholm'], { env: neither });
  expect([stopped.code, stopped.stderr]).toEqual([5, expect.stringMatching(/M152 .*\n.*libopus0/)]);
  const resumed = await rig.json(['import', sample, '--into', 'later', '--zone', 'Europe/Stockholm']);
  expect(resumed.summary).toMatchObject({ exitCode: 0, resumed: true, imported: 6 });
  expect((await rig.run(['verify', 'later', '--play'])).code).toBe(0);
  expect((await rig.run(['import', sample, '--into', 'wav', '--zone', 'Europe/Stockholm', '--access', 'wav'], { env: neither })).code).toBe(0);
  // Every digest can be checked; Opus cannot be played.
  expect((await rig.run(['verify', 'later'], { env: neither })).code).toBe(0);
  const unplayed = await rig.run(['verify', 'later', '--play'], { env: neither });
  expect([unplayed.code, unplayed.stderr]).toEqual([5, expect.stringContaining('M152')]);
});

test('a variable that names a missing program or library is a usage error, 2, and nothing is begun', async () => {
  const wrong: readonly (readonly [name: string, value: string])[] = [
    ['LONGPLAY_FFMPEG', '/nowhere/ffmpeg'],
    ['LONGPLAY_FFMPEG', '/bin/true'],
    ['LONGPLAY_LIBOPUS', '/nowhere/libopus.so.0'],
  ];
  for (const [name, value] of wrong) {
    for (const args of [['import', sample, '--into', 'begun'], ['doctor'], ['verify', 'both']]) {
      const { code, stderr } = await rig.run(args, { env: { [name]: value } });
      expect([args[0], code, stderr]).toEqual([args[0], 2, expect.stringMatching(/U103|M150/)]);
    }
    expect(existsSync(rig.path('begun'))).toBe(false);
  }
});

test('doctor lists what is installed, and exits with 5 if something is impossible without it', async () => {
  // For an archive: without one it imports and plays small recordings, which the first test covers.
  const missing = async (env: Record<string, string>): Promise<unknown> => {
    const { code, summary } = await rig.json(['doctor', 'both'], env);
    return [code, (summary.missing as string[]).filter((name) => ['FFmpeg', 'libopus'].includes(name))];
  };
  // An archive in memory gives a warning.
  expect(await missing({ LONGPLAY_LIBOPUS: 'none' })).toEqual([expect.toBeOneOf([0, 3]), ['libopus']]);
  expect(await missing({ LONGPLAY_FFMPEG: 'none', LONGPLAY_LIBOPUS: 'none' })).toEqual([5, ['FFmpeg', 'libopus']]);
});

test('with too few file descriptors every command ends with 5 and explains how to raise the limit, also as JSON', async () => {
  const limited = (descriptors: number, args: string) =>
    rig.exec('sh', ['-c', `ulimit -n ${descriptors}; exec '${process.execPath}' '${cli}' ${args}`]);
  for (const args of ['--version', 'explain', `import '${sample}' --into few`]) {
    const { code, stderr } = await limited(32, args);
    expect([args, code]).toEqual([args, 5]);
    expect(stderr).toMatch(/U323 this process may open 32 files at once[\s\S]*next: raise the limit \(ulimit -n 1024/);
  }
  expect(existsSync(rig.path('few'))).toBe(false);
  const { code, stdout } = await limited(32, `import '${sample}' --into few --json`);
  expect([code, JSON.parse(stdout)]).toEqual([5, { type: 'summary', command: 'import', exitCode: 5, completed: false }]);
});
