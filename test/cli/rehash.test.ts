import { appendFileSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

let rig: Rig;
let bags: string[];

beforeAll(async () => {
  rig = createRig();
  const source = join(root, 'samples/asterisk-normal');
  expect(
    (await rig.run(['import', source, '--into', 'archive', '--zone', 'Europe/Stockholm', '--bag-recordings', '3', '--no-keep-tables'])).code,
  ).toBe(0);
  bags = readdirSync(rig.path('archive/bags')).flatMap((year) => readdirSync(rig.path('archive/bags', year)).map((name) => `bags/${year}/${name}`));
  expect(bags).toHaveLength(2);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

/** A copy of the archive with a key and stored state of its own, as on another machine. */
function copy(name: string): { readonly archive: string; readonly env: { readonly LONGPLAY_KEYS: string } } {
  const env = { LONGPLAY_KEYS: rig.path(`${name}-keys`) };
  for (const [from, to] of [
    [rig.path('archive'), rig.path(name)],
    [rig.keys, env.LONGPLAY_KEYS],
  ] as const)
    cpSync(from, to, { recursive: true, preserveTimestamps: true });
  return { archive: rig.path(name), env };
}

test('reports what it did, what it would do, and that nothing is left to do', async () => {
  const { archive, env } = copy('plain');
  const untouched = fingerprint(archive);
  expect(await rig.run(['rehash', archive, '--add', 'sha3-512', '--dry-run'], { env })).toMatchObject({
    code: 0,
    stdout: '2 bags of 2 would be read and get sha3-512; 0 have it.\nThe log would get it over all its entries.\nNothing was written.\n',
    stderr: '',
  });
  expect(fingerprint(archive)).toEqual(untouched);
  const first = await rig.run(['rehash', archive, '--add', 'sha3-512', '-j', '2'], { env });
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toMatch(
    /^2 bags got sha3-512; every old digest agreed\.\n\d+ files read, [\d.]+ kB\.\nThe log got it over its \d+ entries\.\nNext: longplay verify /,
  );
  expect(await rig.run(['rehash', archive, '--add', 'sha3-512'], { env })).toMatchObject({
    code: 0,
    stdout: 'Nothing to do: all 2 bags had sha3-512.\nThe log already had it over all entries.\n',
  });
  expect(await rig.run(['verify', archive], { env })).toMatchObject({ code: 0 });
});

test('--json gives each bag and the same numbers at the end', async () => {
  const { archive, env } = copy('json');
  const { code, lines, summary } = await rig.json(['rehash', archive, '--add', 'blake2b'], env);
  expect(code).toBe(0);
  expect(lines.filter(({ type }) => type === 'result').map(({ of, value }) => [of, value])).toEqual(
    bags.map((bag) => [
      'rehashed',
      { bag: bag.slice('bags/'.length), algorithm: 'blake2b512', files: expect.any(Number), bytes: expect.any(Number) },
    ]),
  );
  expect(summary).toMatchObject({
    command: 'rehash',
    exitCode: 0,
    digest: 'blake2b',
    bags: 2,
    rehashed: 2,
    hadIt: 0,
    refused: 0,
    left: 0,
    errors: 0,
    dryRun: false,
  });
});

test('a damaged bag exits with 4 and a message with the fault, the bag and the next step; the other bag is done', async () => {
  const { archive, env } = copy('damaged');
  const [bag = ''] = bags;
  appendFileSync(join(archive, bag, 'bag-info.txt'), 'X: y\n');
  const { code, stdout, stderr } = await rig.run(['rehash', archive, '--add', 'sha3-512'], { env });
  expect(code).toBe(4);
  expect(stdout).toMatch(new RegExp(`^corrupt A133 ${bag}/bag-info\\.txt: `, 'm'));
  expect(stdout).toMatch(/^1 bag got sha3-512; /m);
  expect(stdout).toMatch(/^1 bag did NOT get it; each is listed above with its reason\.$/m);
  expect(stderr).toMatch(new RegExp(`^error H104 ${bag}: has a fault, named above; nothing in it was changed$`, 'm'));
});

test('with a budget it does a part and states the rest; an invalid budget is a usage error', async () => {
  const { archive, env } = copy('budget');
  const part = await rig.run(['rehash', archive, '--add', 'sha3-512', '--budget', '1kB'], { env });
  expect(part).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1 bag got sha3-512;(?:.|\n)*^1 bag is left for the next run\.$/m) });
  const rest = await rig.run(['rehash', archive, '--add', 'sha3-512', '--every-bag'], { env });
  expect(rest).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1 bag got sha3-512;(?:.|\n)*^1 bag had it before\.$/m) });
  expect(await rig.run(['rehash', archive, '--add', 'sha3-512', '--budget', 'much'], { env })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('U301'),
  });
  expect(await rig.run(['rehash', archive, '--add', 'sha3-512', '--budget', '1h', '--every-bag'], { env })).toMatchObject({ code: 2 });
});

test('log verify compares the log with its digests, and the proof of a recording is valid after a rehash', async () => {
  const { archive, env } = copy('log');
  expect(await rig.run(['rehash', archive, '--add', 'sha3-512'], { env })).toMatchObject({ code: 0 });
  expect(await rig.run(['log', 'verify', archive], { env })).toMatchObject({ code: 0 });
  const bundles = readdirSync(join(archive, 'log/tile/entries/000.p')).sort((a, b) => Number(b) - Number(a));
  // The digest in the entry is what openssl computes of the bundle before it.
  const entry = readFileSync(join(archive, 'log/tile/entries/000.p', bundles[0] ?? ''), 'latin1')
    .split('"type":"log-rehashed"')[0]
    ?.split('{"detail":')
    .at(-1);
  const { digest, size } = JSON.parse(entry?.replace(/,"time".*$/, '') ?? '') as { digest: string; size: number };
  const judged = await rig.exec('openssl', ['dgst', '-sha3-512', '-r', join(archive, `log/tile/entries/000.p/${size}`)]);
  expect(judged.stdout.split(' ')[0]).toBe(digest);
});

test('an unknown digest, or none, is a usage error that lists the valid ones', async () => {
  for (const args of [['--add', 'md5'], []]) {
    const { code, stderr } = await rig.run(['rehash', 'archive', ...args]);
    expect(code).toBe(2);
    if (args.length > 0) expect(stderr).toMatch(/sha3-512, blake2b/);
  }
});

test('an interrupt ends it with 130, and a second run completes it as if uninterrupted', async () => {
  const whole = copy('whole');
  expect(await rig.run(['rehash', whole.archive, '--add', 'sha3-512'], { env: whole.env })).toMatchObject({ code: 0 });
  const { archive, env } = copy('interrupted');
  const stopped = await rig.run(['rehash', archive, '--add', 'sha3-512', '--json'], { env, abortAfter: /"rehashed"/, kill: 'SIGINT' });
  // It may have finished before the signal arrived.
  expect([0, 130]).toContain(stopped.code);
  expect(readdirSync(archive).filter((name) => name.startsWith('.lock'))).toEqual([]);
  expect(await rig.run(['verify', archive], { env })).toMatchObject({ code: 0 });
  expect(await rig.run(['rehash', archive, '--add', 'sha3-512'], { env })).toMatchObject({ code: 0 });
  expect(fingerprint(join(archive, 'bags'))).toEqual(fingerprint(join(whole.archive, 'bags')));
});

test('of two at once one runs, and the other reports that the archive is locked and changes nothing', async () => {
  const { archive, env } = copy('locked');
  const runs = await Promise.all([1, 2].map(() => rig.run(['rehash', archive, '--add', 'sha3-512'], { env })));
  const codes = runs.map(({ code }) => code).sort();
  // The second may also have started after the first was done.
  expect([
    [0, 0],
    [0, 5],
  ]).toContainEqual(codes);
  for (const { code, stderr } of runs) if (code === 5) expect(stderr).toContain('A105');
  expect(await rig.run(['verify', archive], { env })).toMatchObject({ code: 0 });
});
