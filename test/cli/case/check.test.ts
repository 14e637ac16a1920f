import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseProof, proofText } from '../../../src/log/files/proof.ts';
import { noteKey, rawPublicKey, signNote } from '../../../src/log/tree/signed-note.ts';
import { edit, filesOf, judgedBy, makeManifests } from '../judged-hand-over.ts';
import { createRig, type Rig, root } from '../rig.ts';

// A hand-over that passed through other hands: judged by longplay, by the check.py inside, and by sha256sum and openssl as its README says.

const sample = join(root, 'samples/cases/deal-4711');
let rig: Rig;
let key: string;

beforeAll(async () => {
  rig = createRig();
  for (const [folder, zone] of [
    ['pbx', 'Europe/Stockholm'],
    ['board', 'UTC'],
  ] as const)
    expect((await rig.run(['import', join(sample, folder), '--into', 'archive', '--site', folder, '--zone', zone])).code).toBe(0);
  const id = String((await rig.json(['case', 'new', 'archive', '--title', 'Deal 4711', '--country', '+46'])).summary.id);
  const [first] = (await rig.json(['list', 'archive'])).lines;
  await rig.run(['case', 'add', 'archive', id, ((first?.value ?? {}) as { recordingId: string }).recordingId]);
  expect((await rig.run(['case', 'export', 'archive', id, '--out', 'earlier'])).code).toBe(0);
  await rig.run(['case', 'add', 'archive', id, '--from', '2025-10-01', '--to', '2025-11-01']);
  await rig.run(['case', 'messages', 'archive', id, join(sample, 'mail/1-confirm.eml'), join(sample, 'mail/2-answer.eml')]);
  for (const more of [
    ['--out', 'out'],
    ['--out', 'out.zip', '--zip'],
  ])
    expect((await rig.run(['case', 'export', 'archive', id, ...more])).code).toBe(0);
  key = /longplay\/\S+/.exec(readFileSync(rig.path('out/cover.txt'), 'utf8'))?.[0] ?? '';
  writeFileSync(rig.path('key'), `${key}\n`);
});
afterAll(() => rig[Symbol.asyncDispose]());

const judged = (bag: string, number: number | string | null = null) => judgedBy(rig, { bag, number, from: 'out', key });

test('an unchanged hand-over is complete for all three, as a zip too; with another key nothing is proved', async () => {
  expect(await judged('out')).toEqual(['complete', 0, 'COMPLETE', 0, '']);
  const zip = await rig.json(['case', 'check', 'out.zip', '--key', 'key']);
  expect([zip.code, zip.summary.verdict, zip.summary.recordings, zip.summary.messages]).toEqual([
    0,
    'complete',
    { handedOver: 4, there: 4 },
    { handedOver: 2, there: 2 },
  ]);
  const python = spawnSync('python3', ['out/check.py', 'out.zip', '--key', key], { cwd: rig.folder, encoding: 'utf8' });
  expect([python.status, python.stdout]).toEqual([0, expect.stringContaining('COMPLETE')]);
  const { privateKey } = generateKeyPairSync('ed25519');
  const other = noteKey(key.split('+')[0] ?? '', rawPublicKey(privateKey));
  const strange = `${other.name}+${other.id}+${Buffer.concat([Buffer.of(1), other.publicKey]).toString('base64')}`;
  const refused = await rig.json(['case', 'check', 'out', '--key', strange]);
  expect([refused.code, refused.summary.verdict, refused.lines.map(({ code }) => code)]).toEqual([4, 'unproved', ['C141', undefined]]);
  expect((await rig.run(['case', 'check', 'archive', '--key', 'key'])).stderr).toContain('C149');
  // The verification of the bag by itself states what it did not check.
  const verified = await rig.run(['verify', 'out']);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('NOT checked')]);
  expect(verified.stdout).toContain('longplay case check out --key KEY');
  expect(verified.stdout).not.toContain('warning');
});

/** One recording of the hand-over, and its name. */
const recordings = (bag: string): string[] => readdirSync(join(bag, 'data/recordings')).sort();
const without = (bag: string, path: string, text: string): void =>
  edit(bag, path, (all) =>
    all
      .split('\n')
      .filter((line) => !line.includes(text))
      .join('\n'),
  );

interface Trick {
  readonly name: string;
  /** Changes a bag; its manifests are rebuilt afterwards unless `bare`. */
  readonly change: (bag: string) => void;
  readonly bare?: true;
  readonly verdict: 'less' | 'altered' | 'unproved';
}

const tricks: readonly Trick[] = [
  {
    name: 'a recording, its rows and its proof taken out, cover changed',
    verdict: 'less',
    change: (bag) => {
      const [one = ''] = recordings(bag);
      rmSync(join(bag, 'data/recordings', one), { recursive: true });
      for (const path of ['data/recordings.csv', 'data/timeline.csv']) without(bag, path, one);
      edit(bag, 'cover.txt', (text) => text.replace('4 recordings', '3 recordings'));
    },
  },
  {
    name: 'a row of the gaps and a line of the cover altered',
    verdict: 'altered',
    change: (bag) => {
      edit(bag, 'data/gaps.csv', (text) => text.split('\n').slice(0, -2).join('\n'));
      edit(bag, 'cover.txt', (text) => text.replace(/^.*gaps\.csv.*\n/m, ''));
    },
  },
  { name: 'the mails of an import taken out', verdict: 'less', change: (bag) => rmSync(join(bag, 'data/messages/1'), { recursive: true }) },
  {
    name: 'a sound altered',
    verdict: 'altered',
    change: (bag) => {
      const path = filesOf(bag).find((file) => file.endsWith('original-1.wav')) ?? '';
      edit(bag, path, (text) => `${text.slice(0, 100)}${text[100] === 'x' ? 'y' : 'x'}${text.slice(101)}`);
    },
  },
  { name: 'a word of the cover', verdict: 'altered', change: (bag) => edit(bag, 'cover.txt', (text) => text.replace('Deal 4711', 'Deal 4712')) },
  {
    name: 'a title in case.json',
    verdict: 'altered',
    change: (bag) => edit(bag, 'data/case.json', (text) => text.replace('Deal 4711', 'Deal 4712')),
  },
  {
    name: 'an entry of the custody taken out, with its proof',
    verdict: 'altered',
    change: (bag) => {
      const rows = JSON.parse(readFileSync(join(bag, 'data/custody.json'), 'utf8')) as { seq: number }[];
      const gone = rows.pop()?.seq ?? 0;
      writeFileSync(join(bag, 'data/custody.json'), `${JSON.stringify(rows, null, 2)}\n`);
      without(bag, 'hand-over.custody.jsonl', `"index":${gone - 1}}`);
    },
  },
  {
    name: 'an entry of the custody altered',
    verdict: 'altered',
    change: (bag) => edit(bag, 'data/custody.json', (text) => text.replace(/"time": "2/, '"time": "3')),
  },
  { name: 'the page', verdict: 'altered', change: (bag) => edit(bag, 'index.html', (text) => text.replace('</h1>', '!</h1>')) },
  { name: 'a file added', verdict: 'altered', change: (bag) => writeFileSync(join(bag, 'data/more.txt'), 'more') },
  { name: 'a file added that no manifest lists', verdict: 'altered', bare: true, change: (bag) => writeFileSync(join(bag, 'data/more.txt'), 'more') },
  { name: 'a file taken out, nothing else', verdict: 'less', bare: true, change: (bag) => rmSync(join(bag, 'data/timeline.csv')) },
  { name: 'the proof taken out', verdict: 'unproved', bare: true, change: (bag) => rmSync(join(bag, 'hand-over.tlog-proof')) },
  {
    name: 'the proof of an earlier hand-over of the same case, with its recording alone',
    verdict: 'altered',
    change: (bag) => {
      const [kept] = recordings(rig.path('earlier'));
      for (const one of recordings(bag)) if (one !== kept) rmSync(join(bag, 'data/recordings', one), { recursive: true });
      cpSync(rig.path('earlier/hand-over.tlog-proof'), join(bag, 'hand-over.tlog-proof'));
    },
  },
  {
    name: 'the entry in the proof altered so that it fits',
    verdict: 'unproved',
    change: (bag) => {
      without(bag, 'data/timeline.csv', 'mail');
      makeManifests(bag);
      forge(bag, (checkpoint) => checkpoint);
    },
  },
  {
    name: 'the entry and the checkpoint altered so that they fit, signed with another key of the same name',
    verdict: 'unproved',
    change: (bag) => {
      without(bag, 'data/timeline.csv', 'mail');
      makeManifests(bag);
      forge(bag, (checkpoint, root) => {
        const { privateKey } = generateKeyPairSync('ed25519');
        const [origin = ''] = checkpoint.split('\n');
        return signNote(`${origin}\n1\n${root}\n`, origin, privateKey);
      });
    },
  },
  {
    name: 'two recordings exchanged',
    verdict: 'altered',
    change: (bag) => {
      const [one = '', two = ''] = recordings(bag).map((id) => join(bag, 'data/recordings', id));
      renameSync(one, `${bag}-one`);
      renameSync(two, one);
      renameSync(`${bag}-one`, two);
    },
  },
  {
    name: 'a mail altered',
    verdict: 'altered',
    change: (bag) => edit(bag, 'data/messages/1/original.eml', (text) => text.replace('confirm', 'decline')),
  },
  { name: 'a time line made shorter', verdict: 'altered', change: (bag) => without(bag, 'data/timeline.csv', 'mail') },
  {
    name: 'the tag manifest of SHA-512 alone',
    verdict: 'altered',
    bare: true,
    change: (bag) => edit(bag, 'tagmanifest-sha512.txt', (text) => text.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))),
  },
  { name: 'the proofs of the custody taken out', verdict: 'altered', bare: true, change: (bag) => rmSync(join(bag, 'hand-over.custody.jsonl')) },
  {
    name: 'a link in the place of a file',
    verdict: 'less',
    bare: true,
    change: (bag) => {
      rmSync(join(bag, 'cover.txt'));
      symlinkSync(rig.path('out/cover.txt'), join(bag, 'cover.txt'));
    },
  },
  {
    name: 'a line less in the manifest, and its file gone',
    verdict: 'less',
    bare: true,
    change: (bag) => {
      rmSync(join(bag, 'data/outside.csv'));
      without(bag, 'manifest-sha256.txt', 'data/outside.csv');
    },
  },
];

/** Writes the present digests of the bag into the entry of its proof. */
function forge(bag: string, sign: (checkpoint: string, root: string) => string): void {
  const proof = parseProof(readFileSync(join(bag, 'hand-over.tlog-proof'), 'utf8'));
  if (proof === null) throw new Error('no proof');
  const digest = (algorithm: string): string =>
    createHash(algorithm)
      .update(readFileSync(join(bag, `tagmanifest-${algorithm}.txt`)))
      .digest('hex');
  const entry = Buffer.from(
    Buffer.from(proof.extra)
      .toString('utf8')
      .replace(/"tagManifestSha256":"[0-9a-f]*"/, `"tagManifestSha256":"${digest('sha256')}"`)
      .replace(/"tagManifestSha512":"[0-9a-f]*"/, `"tagManifestSha512":"${digest('sha512')}"`),
  );
  const leaf = createHash('sha256').update(Buffer.of(0)).update(entry).digest('base64');
  const checkpoint = sign(proof.checkpoint, leaf);
  const alone = checkpoint !== proof.checkpoint;
  const forged = proofText({ extra: entry, index: alone ? 0 : proof.index, hashes: alone ? [] : proof.hashes, checkpoint });
  writeFileSync(join(bag, 'hand-over.tlog-proof'), forged);
}

describe('a reduced or altered hand-over is detected by longplay, by check.py, and by sha256sum and openssl', () => {
  test.each(tricks)('$name', async ({ change, bare, verdict }) => {
    const bag = rig.copyOf(rig.path('out'), 'bag');
    try {
      change(bag);
      if (bare !== true) makeManifests(bag);
      const [said, code, python, pythonCode, steps] = await judged('bag');
      const words = { less: 'LESS THAN WAS HANDED OVER', altered: 'ALTERED', unproved: 'NOT PROVED' };
      expect([said, code, python, pythonCode]).toEqual([verdict, 4, words[verdict], 1]);
      expect(steps).not.toBe('');
    } finally {
      rmSync(bag, { recursive: true });
    }
  });

  test('a zip with an additional or missing member is not complete', async () => {
    const thin = rig.path('thin.zip');
    cpSync(rig.path('out.zip'), thin);
    expect((await rig.exec('zip', ['-qd', thin, '*/data/gaps.csv'])).code).toBe(0);
    const { code, summary } = await rig.json(['case', 'check', thin, '--key', 'key']);
    expect([code, summary.verdict]).toEqual([4, 'less']);
  });
});

test('a hand-over of another case passes if only the number is given, and fails if case and number are given', async () => {
  const [first] = (await rig.json(['list', 'archive'])).lines;
  const twin = String((await rig.json(['case', 'new', 'archive', '--title', 'Deal 4711'])).summary.id);
  await rig.run(['case', 'add', 'archive', twin, ((first?.value ?? {}) as { recordingId: string }).recordingId]);
  const { stdout } = await rig.run(['case', 'export', 'archive', twin, '--out', 'twin']);
  expect(stdout).toContain(`--hand-over ${twin}/1 `);
  const own = String((await rig.json(['case', 'check', 'earlier', '--key', 'key'])).summary.case);
  expect(await judged('earlier', `${own}/1`)).toEqual(['complete', 0, 'COMPLETE', 0, '']);
  expect(await judged('twin', 1)).toEqual(['complete', 0, 'COMPLETE', 0, '']);
  expect(await judged('twin', `${own}/1`)).toEqual(['altered', 4, 'ALTERED', 1, '8']);
});
