import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

const formats = join(root, 'samples/formats');

function treeOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** A tree with every kind of problematic name. */
function makeTree(rig: Rig): string {
  for (const name of [
    'prompts/welcome.wav',
    'prompts/deep/er/welcome.WAV',
    'prompts/one name.wav',
    'prompts/one name.mp3',
    'prompts/-rf.wav',
    'prompts/new\nline.wav',
    'prompts/back\\slash.wav',
    'prompts/Über $HOME `id`.wav',
  ]) {
    mkdirSync(join(rig.folder, name, '..'), { recursive: true });
    copyFileSync(join(formats, 'wave-ok.wav'), rig.path(name));
  }
  writeFileSync(rig.path('prompts/readme.txt'), 'no audio');
  return rig.path('prompts');
}

async function judge(rig: Rig, folder: string): Promise<void> {
  const { code, stdout, stderr } = await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], rig.path(folder));
  expect([code, stdout, stderr]).toEqual([0, '', '']);
}

test('a folder is converted to a mirrored tree with a manifest, whatever the names; a second run keeps existing copies', async () => {
  await using rig = createRig();
  makeTree(rig);
  const first = await rig.json(['convert', 'prompts', '--out', 'copies']);
  expect([first.code, first.summary]).toMatchObject([0, { converted: 8, kept: 0, notConverted: 0, skipped: 1, unread: 0 }]);
  expect(treeOf(rig.path('copies'))).toEqual(
    [
      '-rf.opus',
      'back_slash.opus',
      'conversions.jsonl',
      'deep/er/welcome.opus',
      'manifest-sha256.txt',
      'new\nline.opus',
      'one name-2.opus',
      'one name.opus',
      'welcome.opus',
      'Über $HOME `id`.opus',
    ].sort(),
  );
  await judge(rig, 'copies');
  const before = fingerprint(rig.path('copies'));
  const second = await rig.json(['convert', 'prompts', '--out', 'copies']);
  expect([second.code, second.summary]).toMatchObject([0, { converted: 0, kept: 8, skipped: 1 }]);
  expect(fingerprint(rig.path('copies'))).toEqual(before);
  rmSync(rig.path('copies/welcome.opus'));
  const third = await rig.json(['convert', 'prompts', '--out', 'copies']);
  expect(third.summary).toMatchObject({ converted: 1, kept: 7 });
  expect(fingerprint(rig.path('copies'))).toEqual(before);
});

test('another file of the same name is never taken for the converted one', async () => {
  await using rig = createRig();
  for (const [folder, sample] of [
    ['monday', 'wave-ok.wav'],
    ['tuesday', 'wave-truncated.wav'],
  ] as const) {
    mkdirSync(rig.path(folder));
    copyFileSync(join(formats, sample), rig.path(folder, '0001.wav'));
    utimesSync(rig.path(folder, '0001.wav'), 1_552_384_504, 1_552_384_504);
  }
  expect((await rig.run(['convert', 'monday', '--out', 'copies'])).code).toBe(0);
  const before = readFileSync(rig.path('copies/0001.opus'));
  const other = await rig.json(['convert', 'tuesday', '--out', 'copies']);
  expect([other.code, other.summary]).toMatchObject([3, { converted: 0, kept: 0, notConverted: 1, findings: { P161: 1 } }]);
  expect(readFileSync(rig.path('copies/0001.opus')).equals(before)).toBe(true);
  expect((await rig.json(['convert', 'monday', '--out', 'copies'])).summary).toMatchObject({ kept: 1, exitCode: 0 });
  // The copy in the other format stands beside it.
  expect((await rig.json(['convert', 'monday', '--out', 'copies', '--access', 'wav'])).summary).toMatchObject({ converted: 1, kept: 0 });
  expect(treeOf(rig.path('copies'))).toEqual(['0001.opus', '0001.wav', 'conversions.jsonl', 'manifest-sha256.txt']);
  await judge(rig, 'copies');
});

test('containers become folders; a file that cannot be converted is reported with its reason and exits with 3; the others are converted', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('in'));
  for (const name of ['wave-ok.wav', 'wave-tag-a118-nice-aca.wav', 'wave-g729.wav', 'ogg-opus.opus'])
    copyFileSync(join(formats, name), rig.path('in', name));
  expect((await rig.exec('tar', ['-cf', 'tape.tar', 'in'])).code).toBe(0);
  const { code, stderr, stdout } = await rig.run(['convert', 'tape.tar', '--out', 'my copies']);
  expect(code).toBe(3);
  expect(stderr).toContain('error P160 in/wave-tag-a118-nice-aca.wav: was not converted: no decoder');
  expect(stdout).toContain('1 file could NOT be converted');
  expect(stdout).toContain("Check: (cd 'my copies' && sha256sum --strict -c manifest-sha256.txt)");
  expect(treeOf(rig.path('my copies'))).toEqual(['conversions.jsonl', 'in/wave-g729.opus', 'in/wave-ok.opus', 'manifest-sha256.txt']);
  const one = await rig.run(['convert', join(formats, 'raw-silence.ulaw'), '--out', 'single', '--access', 'wav']);
  expect([one.code, existsSync(rig.path('single/raw-silence.wav'))]).toEqual([0, true]);
});

test('content decides: sound under any name or none is converted, and files left out are reported with their reason', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('in/deep'), { recursive: true });
  const put = (sample: string, name: string): void => copyFileSync(join(formats, sample), rig.path('in', name));
  put('raw-g729-without-a-telling-name.dat', 'speech.dat');
  put('raw-mulaw-without-a-telling-name.dat', 'law.bin');
  put('wave-gsm.wav', 'no-extension');
  put('wave-ok.wav', 'named.txt');
  put('wave-ok.wav', 'blank.wav ');
  put('raw-gsm.gsm', 'deep/frames.aud');
  put('ogg-opus.opus', 'open.rec');
  put('wave-tag-a118-nice-aca.wav', 'closed.rec');
  writeFileSync(rig.path('in/README'), 'Calls of 2009, as the recorder left them.\n');
  writeFileSync(rig.path('in/cover.pdf'), `%PDF-1.4\n${'\0'.repeat(200)}`);
  // Evenly distributed, like encrypted sound.
  writeFileSync(
    rig.path('in/sealed.bin'),
    Uint8Array.from({ length: 9_000 }, (_, i) => (i * 2_654_435_761) >>> 24),
  );
  const { code, summary, lines } = await rig.json(['convert', 'in', '--out', 'copies']);
  expect([code, summary]).toMatchObject([3, { converted: 6, kept: 0, notConverted: 1, skipped: 3, unknown: 1, unread: 0 }]);
  expect(
    lines
      .filter(({ type, code: of }) => type === 'finding' && /^(M15|P)/.test(String(of)))
      .map(({ code: of, place, message }) => [of, place, message])
      // Threads end at any time.
      .sort(),
  ).toEqual([
    ['M153', 'README', 'left out: no audio: text'],
    ['M153', 'cover.pdf', 'left out: no audio: a PDF document'],
    ['M154', 'sealed.bin', 'left out: no format recognises these 9000 bytes'],
    ['M155', 'open.rec', 'left out: it is already Opus'],
    ['P160', 'closed.rec', 'was not converted: no decoder'],
  ]);
  expect(treeOf(rig.path('copies')).filter((name) => name.endsWith('.opus'))).toEqual(
    ['blank.opus', 'deep/frames.opus', 'law.opus', 'named.opus', 'no-extension.opus', 'speech.opus'].sort(),
  );
  const leftOut = readFileSync(rig.path('copies/conversions.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ to }) => to === undefined);
  expect(leftOut.map(({ from, leftOut: reason }) => [from, reason])).toEqual([
    ['closed.rec', 'was not converted: no decoder'],
    ['open.rec', 'open already'],
    ['README', 'no audio: text'],
    ['cover.pdf', 'no audio: a PDF document'],
    ['sealed.bin', 'no format recognises these 9000 bytes'],
  ]);
  await judge(rig, 'copies');
  // The same from the record alone; the lists are byte-identical.
  const before = fingerprint(rig.path('copies'));
  expect((await rig.json(['convert', 'in', '--out', 'copies'])).summary).toMatchObject({
    converted: 0,
    kept: 6,
    skipped: 3,
    unknown: 1,
    exitCode: 3,
  });
  expect(fingerprint(rig.path('copies'))).toEqual(before);
});

test('a folder of documents is not a failure, and a folder whose only file may be audio is not a success', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('papers'));
  for (let i = 0; i < 120; i++) writeFileSync(rig.path('papers', `letter-${i}.dat`), `Letter number ${i} of the archive\n`);
  const papers = await rig.run(['convert', 'papers', '--out', 'nothing']);
  expect([papers.code, papers.stdout.split('\n')[0]]).toEqual([0, 'Converted 0 files, 0 B, 0.0 s of audio.']);
  // Limited on the terminal, complete in the record.
  expect(papers.stderr.match(/^note M153 /gm)).toHaveLength(50);
  expect(papers.stderr).toContain('M153: 70 more of these');
  expect(readFileSync(rig.path('nothing/conversions.jsonl'), 'utf8').match(/"leftOut":"no audio: text"/g)).toHaveLength(120);
  mkdirSync(rig.path('calls'));
  writeFileSync(
    rig.path('calls/0001.rec'),
    Uint8Array.from({ length: 9_000 }, (_, i) => (i * 2_654_435_761) >>> 24),
  );
  const calls = await rig.run(['convert', 'calls', '--out', 'none']);
  expect([calls.code, calls.stdout]).toEqual([3, expect.stringContaining('1 file MAY BE AUDIO')]);
});
