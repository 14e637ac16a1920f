import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { danglingIndices, hasVconSchema, vconProblems } from '../pipeline/vcon-schema.ts';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

interface Vcon {
  readonly uuid: string;
  readonly created_at: string;
  readonly parties: readonly unknown[];
  readonly dialog: readonly Readonly<Record<string, unknown>>[];
  readonly attachments: readonly Readonly<Record<string, unknown>>[];
  readonly analysis: readonly Readonly<Record<string, unknown>>[];
}

function vconsIn(folder: string): [name: string, vcon: Vcon][] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.vcon'))
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Vcon]);
}

const zoned = ['--zone', 'Europe/Stockholm'];

/** Sample, options of its import, what to export, and how many of its recordings have files and no start in UTC. */
describe.each([
  ['asterisk-normal', zoned, ['access', 'original', 'both'], 0],
  ['asterisk-normal', [], ['both'], 0],
  ['generic-csv', [...zoned, '--mapping', join(root, 'samples/generic-csv/mapping.toml')], ['both'], 2],
  ['sidecar-xml', zoned, ['both'], 1],
  ['siprec', zoned, ['both'], 1],
  // Its calls are in an ambiguous hour.
  ['voipmonitor', [...zoned, '--join-sides'], ['both'], 5],
] as const)('the archive of %s %s', (sample, options, takes, undatedCalls) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = createRig();
    expect((await rig.run(['import', join(root, 'samples', sample), '--into', 'archive', ...options])).code).toBe(0);
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  test.each(takes)('gives a vCon for each recording beside its files (%s), the same at every export', async (take) => {
    const export_ = (out: string, ...more: string[]) =>
      rig.json(['export', 'archive', '--all', '--out', out, '--take', take, '--name-template', 'call', ...more]);
    const { code, summary, lines } = await export_(`a-${take}`, '--vcon');
    expect([code, summary.vcons]).toEqual([0, summary.recordings]);
    const judged = await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], rig.path(`a-${take}`));
    expect([judged.code, judged.stdout, judged.stderr]).toEqual([0, '', '']);
    const listed = readFileSync(rig.path(`a-${take}`, 'manifest-sha256.txt'), 'utf8');
    const names = readdirSync(rig.path(`a-${take}`));
    expect(listed.trimEnd().split('\n')).toHaveLength(names.length - 1);
    // All names are the same: no file replaced another.
    expect(names).toHaveLength(2 + Number(summary.files) + Number(summary.vcons));
    const vcons = vconsIn(rig.path(`a-${take}`));
    const problems = hasVconSchema ? vconProblems() : () => [];
    const named = new Set<unknown>();
    for (const [, vcon] of vcons) {
      expect(problems(vcon)).toEqual([]);
      expect(danglingIndices(vcon)).toEqual([]);
      for (const { filename, content_hash: hash } of [...vcon.dialog, ...vcon.attachments]) {
        if (filename === undefined) continue;
        named.add(filename);
        const sum = await rig.exec('sha512sum', [String(filename)], rig.path(`a-${take}`));
        expect(hash).toBe(`sha512-${Buffer.from(sum.stdout.slice(0, 128), 'hex').toString('base64url')}`);
      }
    }
    const undated = vcons.filter(([, { dialog, analysis }]) => dialog.length === 0 && JSON.stringify(analysis[1]?.body) !== '[]');
    expect([undated.length, lines.filter((line) => line.code === 'P220').length]).toEqual([undatedCalls, undatedCalls]);
    if (undatedCalls === 0) expect([...named].sort()).toEqual(names.filter((name) => !/\.(vcon|jsonl|txt)$/.test(name)).sort());
    expect((await export_(`b-${take}`, '--vcon')).code).toBe(0);
    expect(fingerprint(rig.path(`b-${take}`))).toEqual(fingerprint(rig.path(`a-${take}`)));
  });

  test('includes the files completely', async () => {
    expect((await rig.run(['export', 'archive', '--all', '--out', 'inline', '--vcon-inline', '--take', 'both'])).code).toBe(0);
    let bodies = 0;
    for (const [, vcon] of vconsIn(rig.path('inline'))) {
      if (hasVconSchema) expect(vconProblems()(vcon)).toEqual([]);
      for (const { filename, body, encoding, content_hash: hash, url } of [...vcon.dialog, ...vcon.attachments]) {
        if (typeof filename !== 'string') continue;
        expect([encoding, hash, url]).toEqual(['base64url', undefined, undefined]);
        expect(Buffer.from(String(body), 'base64url').equals(readFileSync(rig.path('inline', filename)))).toBe(true);
        bodies++;
      }
    }
    if (sample !== 'voipmonitor') expect(bodies).toBeGreaterThan(0);
  });
});

test('an address is accepted as the place of the files; a damaged bag-info gives no vCon and a message', async () => {
  await using rig = createRig();
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', 'archive', ...zoned])).code).toBe(0);
  for (const wrong of ['http://archive.example/', 'archive', 'https://archive.example/?a=b']) {
    const refused = await rig.run(['export', 'archive', '--all', '--out', 'no', '--vcon-url', wrong]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('https')]);
  }
  expect((await rig.run(['export', 'archive', '--all', '--out', 'out', '--vcon-url', 'https://archive.example/calls'])).code).toBe(0);
  const urls = vconsIn(rig.path('out')).flatMap(([, { dialog }]) => dialog.flatMap(({ url }) => url ?? []));
  expect(urls.length).toBeGreaterThan(0);
  for (const url of urls) expect(url).toMatch(/^https:\/\/archive\.example\/calls\/[^/ ]+\.(opus|wav)$/);
  for (const file of readdirSync(rig.path('archive/bags'), { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('/bag-info.txt')) writeFileSync(rig.path('archive/bags', file), 'Bagging-Date: once\n');
  mkdirSync(rig.path('bad'));
  const { code, summary, lines } = await rig.json(['export', 'archive', '--all', '--out', 'bad', '--vcon']);
  expect([code, summary.vcons, lines.filter((line) => line.code === 'P222').length]).toEqual([4, 0, Number(summary.recordings)]);
  expect((await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], rig.path('bad'))).code).toBe(0);
});
