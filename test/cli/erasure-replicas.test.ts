import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, approver, holding } from './erasure-rig.ts';
import { copyFolder, createRig, fingerprint, type Rig, root } from './rig.ts';

let rig: Rig;
const sample = join(root, 'samples/asterisk-normal');
/** Numbers, name and key of the erased call: no other recording has them. */
const traces = ['46701740605', 'Öberg', 'pbx1-1761438596.0'];

const bagsOf = (copy: string): string[] =>
  readdirSync(rig.path(copy, 'bags')).flatMap((year) => readdirSync(rig.path(copy, 'bags', year)).map((bag) => rig.path(copy, 'bags', year, bag)));
const payload = (copy: string): string[] => fingerprint(rig.path(copy, 'bags')).filter((line) => /\/data\/[0-9a-f]{8}-/.test(line));
const run = async (...args: string[]): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> => rig.run(args);
const isWell = async (copy: string): Promise<void> => {
  for (const bag of bagsOf(copy))
    expect(await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha256.txt', 'manifest-sha256.txt'], bag)).toMatchObject({
      code: 0,
    });
  expect(await rig.exec('python3', [rig.path(copy, 'check.py'), rig.path(copy)])).toMatchObject({ code: 0 });
};
/** Each test has an archive of its own with two replicas, `vault` and `tape`. */
const made = async (name: string): Promise<string> => {
  copyFolder(rig.path('archive'), rig.path(name));
  rig.forget();
  for (const replica of ['vault', 'tape']) expect((await run('replica', 'add', name, replica, rig.path(`${name}-${replica}`))).code).toBe(0);
  expect((await run('replica', 'sync', name)).code).toBe(0);
  return name;
};

beforeAll(async () => {
  rig = createRig();
  expect((await run('import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables')).code).toBe(0);
  await approver(rig, 'archive');
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

describe('an erasure in an archive with replicas', () => {
  test('is carried out in every reachable replica; a disconnected one follows at its next sync, and restores nothing', async () => {
    const archive = await made('away');
    const [vault, tape] = [`${archive}-vault`, `${archive}-tape`];
    renameSync(rig.path(tape), rig.path('shelf'));
    await approved(rig, archive, ['--text', '46701740605']);
    const executed = await rig.json(['erase', 'run', archive]);
    expect([executed.code, executed.summary]).toEqual([3, expect.objectContaining({ requests: 1, recordings: 1, owing: ['tape'] })]);
    for (const copy of [archive, vault]) expect(holding(rig.path(copy), traces)).toEqual([]);
    expect(payload(vault)).toEqual(payload(archive));
    await isWell(vault);
    expect(await run('replica', 'verify', archive, 'vault')).toMatchObject({ code: 0 });
    const status = await rig.json(['erase', 'status', archive]);
    expect(status.summary).toMatchObject({ owing: 1, erased: 1 });
    expect(status.lines.find(({ of }) => of === 'erasure')?.value).toMatchObject({ state: 'under-way', owedBy: ['tape'] });
    expect((await run('watch', archive)).stdout).toMatch(/E120 tape: owes the erasure of recordings or messages since \d{4}-\d\d-\d\d/);
    expect((await run('report', archive)).stdout).toMatch(/owes the erasure of recordings or messages since/);
    const request = String((status.lines.find(({ of }) => of === 'erasure')?.value as { request?: string } | undefined)?.request); // as it is listed
    const certified = async (out: string): Promise<string> => {
      expect((await run('erase', 'certificate', archive, request, '--out', rig.path(out))).code).toBe(0);
      return readFileSync(rig.path(out, 'certificate.txt'), 'utf8');
    };
    expect(await certified('early')).toMatch(/^Final since: +NOT YET$/m);
    // The replica comes back unchanged: that is not damage, and not a source for repairs.
    renameSync(rig.path('shelf'), rig.path(tape));
    expect(holding(rig.path(tape), traces)).not.toEqual([]);
    const read = await run('replica', 'verify', archive, 'tape');
    expect([read.code, read.stdout]).toEqual([0, expect.stringMatching(/E120 tape:bags\/\S+: still has recordings that were erased/)]);
    expect((await run('replica', 'repair', archive)).code).toBe(0);
    expect(existsSync(rig.path(tape, 'quarantine'))).toBe(false);
    expect((await run('replica', 'list', archive)).stdout).toMatch(/tape .*since \d{4}/);
    expect(holding(rig.path(archive), traces)).toEqual([]);
    const synced = await rig.json(['replica', 'sync', archive, 'tape']);
    expect([synced.code, synced.lines.filter(({ type }) => type === 'finding')]).toEqual([0, []]);
    expect(synced.summary).toMatchObject({ replicas: [{ bagsErased: 1 }] });
    expect(holding(rig.path(tape), traces)).toEqual([]);
    expect(payload(tape)).toEqual(payload(archive));
    await isWell(tape);
    const after = await rig.json(['erase', 'status', archive]);
    expect([after.code, after.summary.owing, after.lines.find(({ of }) => of === 'erasure')?.value]).toEqual([
      0,
      0,
      expect.objectContaining({ state: 'executed', owedBy: [] }),
    ]);
    expect(await certified('final')).toMatch(/^Final since: +\d{4}-/m);
    expect((await run('replica', 'verify', archive, '--all')).code).toBe(0);
    expect((await run('replica', 'sync', archive)).stdout).not.toMatch(/erased/);
  });

  test('removes a bag that becomes empty; if it comes back in a replica that is an alarm until a sync', async () => {
    const archive = await made('all');
    const vault = `${archive}-vault`;
    await approved(rig, archive, ['--to', '2100']);
    expect(await run('erase', 'run', archive)).toMatchObject({ code: 0 });
    for (const copy of [archive, vault, `${archive}-tape`]) expect(holding(rig.path(copy), [...traces, '46701740606', '0701740698'])).toEqual([]);
    const [old = ''] = bagsOf('archive');
    copyFolder(old, old.replace(rig.path('archive'), rig.path(vault)));
    const found = await run('replica', 'verify', archive, 'vault');
    expect([found.code, found.stdout + found.stderr]).toEqual([4, expect.stringContaining('E109')]);
    expect((await run('replica', 'repair', archive)).code).toBe(0);
    expect(existsSync(rig.path(vault, 'quarantine'))).toBe(false);
    expect((await run('replica', 'sync', archive, 'vault')).code).toBe(0);
    expect(holding(rig.path(vault), traces)).toEqual([]);
    expect(bagsOf(vault)).toEqual([]);
    expect((await run('replica', 'verify', archive, 'vault')).code).toBe(0);
    expect((await run('watch', archive)).stdout).not.toContain('W168');
  });

  test('is undone neither by a repair nor by a drill from a replica that has not followed yet; the replica still supplies intact files', async () => {
    const archive = await made('lends');
    renameSync(rig.path(`${archive}-tape`), rig.path('box'));
    await rig.exec('rm', ['-r', rig.path(`${archive}-vault`)]);
    expect((await run('replica', 'remove', archive, 'vault')).code).toBe(0);
    await approved(rig, archive, ['--text', '46701740605']);
    expect((await run('erase', 'run', archive)).code).toBe(3);
    const whole = payload(archive);
    renameSync(rig.path('box'), rig.path(`${archive}-tape`));
    const [bag = ''] = bagsOf(archive);
    const kept = readdirSync(join(bag, 'data')).find((name) => /^[0-9a-f]{8}-/.test(name)) ?? '';
    appendFileSync(join(bag, 'data', kept, 'recording.json'), ' ');
    const mended = await run('replica', 'repair', archive);
    expect([mended.code, mended.stderr]).toEqual([0, expect.stringContaining('R130')]);
    expect(payload(archive)).toEqual(whole);
    expect(holding(rig.path(archive, 'bags'), traces)).toEqual([]);
    const drilled = await run('drill', archive, '--bags', '5');
    expect([drilled.code, drilled.stderr]).toEqual([5, expect.stringContaining('R144')]);
    expect((await run('replica', 'sync', archive)).code).toBe(0);
    expect(holding(rig.path(archive), traces)).toEqual([]);
    expect(holding(rig.path(`${archive}-tape`), traces)).toEqual([]);
    expect((await run('drill', archive, '--bags', '5')).code).toBe(0);
  });

  test('includes reports and quarantined files of a replica', async () => {
    const archive = await made('around');
    const vault = `${archive}-vault`;
    const { lines } = await rig.json(['list', archive, '--text', '46701740605']);
    const id = String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
    // A repair moves its damaged bytes to the quarantine.
    const [bag = ''] = bagsOf(vault);
    const file = join(bag, 'data', id, 'recording.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('{', '{ '));
    expect((await run('replica', 'repair', archive)).code).toBe(0);
    expect(holding(rig.path(vault, 'quarantine'), traces)).not.toEqual([]);
    await approved(rig, archive, [id]);
    expect((await run('erase', 'run', archive)).code).toBe(0);
    for (const copy of [archive, vault, `${archive}-tape`]) expect(holding(rig.path(copy), traces)).toEqual([]);
    expect(existsSync(rig.path(vault, 'quarantine'))).toBe(true);
    expect((await run('replica', 'verify', archive, '--all')).code).toBe(0);
  });
});
