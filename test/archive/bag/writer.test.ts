import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longplayBagRules } from '../../../src/archive/bag/check.ts';
import { createBagDraft, finishBag, landBag, type PayloadFile } from '../../../src/archive/bag/writer.ts';
import { calm, checked, first, makeBag, putPayload, temporaryFolder } from '../rig.ts';

const info = {
  baggingDate: '2024-05-06',
  externalIdentifier: 'x',
  description: 'd',
  recordings: 1,
  tool: 'longplay 0.1.0',
  formats: 'What the originals are\n',
};

function tree(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [join(entry.parentPath, entry.name).slice(folder.length + 1), readFileSync(join(entry.parentPath, entry.name), 'latin1')])
      .sort(),
  );
}

describe('a written bag', () => {
  it('is accepted by sha256sum and sha512sum with --strict, payload and tag files', async () => {
    using folder = temporaryFolder();
    const bag = join(folder.path, 'bag');
    await makeBag(bag);
    for (const program of ['sha256', 'sha512']) {
      for (const kind of ['manifest', 'tagmanifest']) {
        const judge = execFileSync(`${program}sum`, ['--strict', '-c', `${kind}-${program}.txt`], { cwd: bag, encoding: 'utf8' });
        expect(judge.trim().split('\n')).toHaveLength(5);
      }
    }
  });

  it('has the same bytes when it is written again, in any order of its files', async () => {
    using folder = temporaryFolder();
    const [a, b] = [join(folder.path, 'a'), join(folder.path, 'b')];
    await makeBag(a);
    await createBagDraft(b);
    const files = Object.entries(tree(a)).flatMap(([path, text]) =>
      path.startsWith('data/0a') ? [putPayload(b, path, Buffer.from(text, 'latin1'))] : [],
    );
    await finishBag(b, files.reverse(), { ...info, externalIdentifier: '20190312-00', description: '2 recordings', recordings: 2 }, calm);
    expect(tree(b)).toEqual(tree(a));
  });

  it('lists its files in code-point order and states their number and bytes', async () => {
    using folder = temporaryFolder();
    await makeBag(join(folder.path, 'bag'));
    const paths = readFileSync(join(folder.path, 'bag/manifest-sha256.txt'), 'utf8')
      .trim()
      .split('\n')
      .map((one) => one.slice(66));
    expect(paths).toEqual([...paths].sort());
    const text = readFileSync(join(folder.path, 'bag/bag-info.txt'), 'utf8');
    const bytes = Number(execFileSync('sh', ['-c', 'cat $(find data -type f) | wc -c'], { cwd: join(folder.path, 'bag'), encoding: 'utf8' }));
    expect(text).toContain(`Payload-Oxum: ${bytes}.5\n`);
    expect(text.split('\n').map((one) => one.split(':')[0])).toEqual([
      'Bag-Software-Agent',
      'Bagging-Date',
      'External-Identifier',
      'Internal-Sender-Description',
      'Longplay-Bag-Version',
      'Longplay-Recordings',
      'Payload-Oxum',
      '',
    ]);
  });

  it('passes our own check, whatever files it holds', async () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), fc.uint8Array({ maxLength: 300 }), async (names, bytes) => {
        using folder = temporaryFolder();
        const bag = join(folder.path, 'bag');
        await createBagDraft(bag);
        const files = names.map((one, index) => putPayload(bag, `data/${one}/f${index}`, bytes.subarray(index)));
        await finishBag(bag, files, info, calm);
        const { said, summary } = await checked(bag, { rules: longplayBagRules });
        expect(said).toEqual([]);
        expect(summary).toEqual({ sound: true, files: names.length + 1, bytes: expect.any(Number), algorithms: ['sha256', 'sha512'] });
      }),
      { numRuns: 20 },
    );
  });

  it('has no line break in bag-info.txt where its description has one', async () => {
    using folder = temporaryFolder();
    const bag = join(folder.path, 'bag');
    await createBagDraft(bag);
    await finishBag(bag, [putPayload(bag, `${first}/a`, 'x')], { ...info, description: 'a\nPayload-Oxum: 1.1\r\nb' }, calm);
    expect((await checked(bag)).said).toEqual([]);
  });
});

describe('finishing a bag is refused', () => {
  const refuses = (title: string, prepare: (bag: string) => PayloadFile[], message: RegExp): void =>
    it(title, async () => {
      using folder = temporaryFolder();
      const bag = join(folder.path, 'bag');
      await createBagDraft(bag);
      await expect(finishBag(bag, prepare(bag), info, calm)).rejects.toThrow(message);
      expect(existsSync(join(bag, 'manifest-sha256.txt'))).toBe(false);
    });
  for (const name of ['A.wav', 'a b', 'a_b', '-a', '.a', 'a%', 'å', 'a\nb', 'a\\b', '~a', 'x'.repeat(121)]) {
    refuses(`for the name ${JSON.stringify(name)}`, (bag) => [putPayload(bag, `data/r/${name}`, 'x')], /is not a name for a bag/);
  }
  refuses('for a file outside data', (bag) => [putPayload(bag, 'other/x', 'x')], /is not a name for a bag/);
  refuses('for a file listed twice', (bag) => [putPayload(bag, 'data/r/x', 'x'), putPayload(bag, 'data/r/x', 'x')], /listed twice/);
  refuses(
    'for a file that is not there',
    (bag) => [{ ...putPayload(bag, 'data/r/x', 'x'), path: 'data/r/y' }, putPayload(bag, 'data/r/x', 'x')],
    /is not in the draft/,
  );
  refuses(
    'for a file of another size',
    (bag) => [{ ...putPayload(bag, 'data/r/x', 'x'), sizeBytes: 2 }],
    /has 1 byte in the draft, 2 were announced/,
  );
  refuses(
    'for a file that was not announced',
    (bag) => {
      writeFileSync(join(bag, 'data/stray'), '');
      return [putPayload(bag, 'data/r/x', 'x')];
    },
    /none were announced/,
  );
  refuses('for a digest that is none', (bag) => [{ ...putPayload(bag, 'data/r/x', 'x'), sha512: 'abc' }], /has no digests/);
});

describe('landing a bag', () => {
  it('moves it whole and creates the folder of the year', async () => {
    using folder = temporaryFolder();
    const draft = join(folder.path, 'jobs/1/draft');
    await makeBag(draft);
    const before = tree(draft);
    await landBag(draft, join(folder.path, 'bags/2019/a'));
    expect(existsSync(draft)).toBe(false);
    expect(tree(join(folder.path, 'bags/2019/a'))).toEqual(before);
  });

  it('is refused if its name is taken, even by an empty folder, and changes neither', async () => {
    using folder = temporaryFolder();
    const draft = join(folder.path, 'draft');
    await makeBag(draft);
    await createBagDraft(join(folder.path, 'bags/2019/a'));
    await expect(landBag(draft, join(folder.path, 'bags/2019/a'))).rejects.toMatchObject({ code: 'A106', kind: 'incomplete' });
    expect(existsSync(join(draft, 'bagit.txt'))).toBe(true);
    expect(readdirSync(join(folder.path, 'bags/2019/a'))).toEqual(['data']);
  });

  it('does not begin in a draft that is not empty', async () => {
    using folder = temporaryFolder();
    await makeBag(join(folder.path, 'draft'));
    await expect(createBagDraft(join(folder.path, 'draft'))).rejects.toThrow(/holds something already/);
  });
});
