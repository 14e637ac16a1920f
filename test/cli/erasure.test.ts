import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approved, approver, erase, holding, judgeCertificate } from './erasure-rig.ts';
import { copyFolder, createRig, fingerprint, type Rig, root } from './rig.ts';

let rig: Rig;
const sample = join(root, 'samples/asterisk-normal');
/** Numbers, name and key of the erased call: no other recording has them. */
const traces = ['46701740605', 'Öberg', 'pbx1-1761438596.0'];

const idOf = async (archive: string, text: string): Promise<string> => {
  const { lines } = await rig.json(['list', archive, '--text', text]);
  return String((lines.find(({ of }) => of === 'recording')?.value as { recordingId?: string } | undefined)?.recordingId); // as it is listed
};
const copy = (name: string): string => {
  copyFolder(rig.path('archive'), rig.path(name));
  rig.forget();
  return name;
};
const bagsOf = (archive: string): string[] =>
  readdirSync(rig.path(archive, 'bags')).flatMap((year) =>
    readdirSync(rig.path(archive, 'bags', year)).map((bag) => rig.path(archive, 'bags', year, bag)),
  );

beforeAll(async () => {
  rig = createRig();
  expect((await rig.run(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables'])).code).toBe(0);
  await approver(rig, 'archive');
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

describe('erasing recordings', () => {
  test('removes one recording of a bag with everything about it, keeps its neighbours byte for byte, and raises no alarm', async () => {
    const archive = copy('one');
    const id = await idOf(archive, '46701740605');
    expect((await rig.run(['note', 'add', archive, id, 'Åsa Öberg called'])).code).toBe(0);
    const before = fingerprint(rig.path(archive, 'bags')).filter((line) => /\/data\/[0-9a-f]{8}-/.test(line) && !line.includes(id));
    expect(before.length).toBeGreaterThan(10);
    expect(holding(rig.path(archive), [...traces, id])).not.toEqual([]);
    const request = await erase(rig, archive, [id]);
    expect(holding(rig.path(archive), traces)).toEqual([]);
    // Its id is a pseudonym, which stays because the log cannot be changed.
    expect(holding(rig.path(archive), [id]).filter((line) => !line.includes('/log/tile/'))).toEqual([]);
    expect(fingerprint(rig.path(archive, 'bags')).filter((line) => /\/data\/[0-9a-f]{8}-/.test(line))).toEqual(before);
    for (const bag of bagsOf(archive))
      for (const [program, names] of [
        ['sha256sum', ['tagmanifest-sha256.txt', 'manifest-sha256.txt']],
        ['sha512sum', ['tagmanifest-sha512.txt', 'manifest-sha512.txt']],
      ] as const)
        expect(await rig.exec(program, ['--strict', '--quiet', '-c', ...names], bag)).toMatchObject({ code: 0, stdout: '' });
    expect(await rig.run(['verify', archive, '--play'])).toMatchObject({ code: 0, stderr: '' });
    expect(await rig.exec('python3', [rig.path(archive, 'check.py'), rig.path(archive)])).toMatchObject({ code: 0 });
    const status = await rig.json(['erase', 'status', archive]);
    expect(status.summary).toMatchObject({ requests: 1, waiting: 0, due: 0, erased: 1, interrupted: 0 });
    expect(status.lines.find(({ of }) => of === 'erasure')?.value).toMatchObject({ request, state: 'executed', reason: null });
    expect(await rig.run(['erase', 'run', archive])).toMatchObject({ code: 0, stdout: 'No request is due.\n' });
    // The certificate of an open archive covers bags, not keys.
    expect((await rig.run(['erase', 'certificate', archive, request, '--out', rig.path('certificate')])).code).toBe(0);
    await judgeCertificate(rig, archive, rig.path('certificate'));
    const { stdout } = await rig.exec('jq', ['-c', '[.method, .keys, .copies, (.bags | length)]', rig.path('certificate/certificate.json')]);
    expect(JSON.parse(stdout)).toEqual(['clear: bags written again without the recordings', [], [], 1]);
  });

  test('removes a bag that becomes empty; if the bag comes back it is an alarm until it is erased again', async () => {
    const archive = copy('all');
    await erase(rig, archive, ['--to', '2100']);
    expect(bagsOf(archive)).toEqual([]);
    expect(holding(rig.path(archive), [...traces, '46701740606', '0701740698'])).toEqual([]);
    expect(await rig.run(['verify', archive])).toMatchObject({ code: 0 });
    const [old = ''] = bagsOf('archive');
    copyFolder(old, old.replace(rig.path('archive'), rig.path(archive)));
    const found = await rig.run(['verify', archive]);
    expect(found.code).toBe(4);
    expect(found.stdout).toMatch(/unexpected E109 bags\/2025\/\S+: was erased according to the log, but exists again/);
    expect((await rig.run(['erase', 'run', archive])).code).toBe(0);
    expect(bagsOf(archive)).toEqual([]);
    expect(await rig.run(['verify', archive])).toMatchObject({ code: 0 });
    expect((await rig.run(['watch', archive])).stdout).not.toContain('W168');
    await rig.run(['report', archive, '--out', 'reported']);
    expect(JSON.parse(readFileSync(rig.path('reported/statement.json'), 'utf8'))).toMatchObject({ account: { faults: [] } });
  });

  test('is quiet again once somebody removed a bag that came back, or one that no import made, and a verification found nothing of it', async () => {
    const archive = copy('byhand');
    await erase(rig, archive, ['--to', '2100']);
    const [old = ''] = bagsOf('archive');
    const back = old.replace(rig.path('archive'), rig.path(archive));
    const stray = `${back}-stray`;
    for (const place of [back, stray]) copyFolder(old, place);
    appendFileSync(join(stray, 'README.txt'), 'x');
    const watched = async (): Promise<string> => (await rig.run(['watch', archive])).stdout;
    const faulty = async (): Promise<unknown> => {
      rmSync(rig.path('byhand-report'), { recursive: true, force: true });
      await rig.run(['report', archive, '--out', 'byhand-report']);
      return JSON.parse(readFileSync(rig.path('byhand-report/statement.json'), 'utf8')).account.faults;
    };
    expect((await rig.run(['verify', archive])).code).toBe(4);
    expect(await faulty()).toHaveLength(2);
    rmSync(back, { recursive: true });
    // Nobody has looked yet.
    expect(await watched()).toContain('W168');
    expect((await rig.run(['verify', archive])).code).toBe(4);
    expect(await faulty()).toHaveLength(1);
    rmSync(stray, { recursive: true });
    expect((await rig.run(['catalog', 'rebuild', archive])).code).toBe(0);
    expect((await rig.run(['verify', archive, '--every', '90d'])).code).toBe(0);
    expect(await watched()).not.toContain('W168');
    expect(await faulty()).toEqual([]);
    // Each is entered once; a bag that comes back after that is an alarm again.
    expect((await rig.run(['verify', archive])).code).toBe(0);
    const { lines } = await rig.json(['log', 'list', archive]);
    expect(lines.filter(({ value }) => (value as { type?: string } | undefined)?.type === 'bag-gone')).toHaveLength(2);
    copyFolder(old, back);
    expect((await rig.run(['verify', archive])).code).toBe(4);
    expect(await watched()).toContain('W168');
    expect((await rig.exec('python3', [rig.path(archive, 'check.py')])).code).toBe(1);
  });

  test('stays in effect when an older state of the bag or the source is imported again', async () => {
    const archive = copy('again');
    await erase(rig, archive, ['--text', '46701740605']);
    const [bag = ''] = bagsOf(archive);
    const well = fingerprint(join(bag, 'data'));
    const run = await rig.json(['import', sample, '--into', archive, '--zone', 'Europe/Stockholm']);
    expect([run.code, run.lines.filter(({ type }) => type === 'finding').map(({ code }) => code)]).toEqual([
      0,
      expect.arrayContaining(['E112', 'E113']),
    ]);
    expect(run.summary).toMatchObject({ reconciliation: { alreadyArchived: 5, toImport: 0, erased: 1 } });
    expect(holding(rig.path(archive), traces)).toEqual([]);
    // A backup restores the bag.
    const [old = ''] = bagsOf('archive');
    copyFolder(old, `${bag}-old`);
    await rig.exec('sh', ['-c', 'rm -r "$1" && mv "$1-old" "$1"', 'sh', bag]);
    const found = await rig.run(['verify', archive]);
    expect([found.code, found.stdout]).toEqual([4, expect.stringMatching(/unexpected E109 .* before recordings were erased from it/)]);
    expect((await rig.run(['erase', 'run', archive])).code).toBe(0);
    expect(fingerprint(join(bag, 'data'))).toEqual(well);
    expect(holding(rig.path(archive), traces)).toEqual([]);
    expect(await rig.run(['catalog', 'rebuild', archive])).toMatchObject({ code: 0 });
    expect(holding(rig.path(archive), traces)).toEqual([]);
    expect(await rig.run(['verify', archive])).toMatchObject({ code: 0 });
  });

  test('is lifted by two persons; only then is the recording imported again, even after a later erasure', async () => {
    const archive = copy('lifted');
    const id = await idOf(archive, '46701740605');
    await erase(rig, archive, [id]);
    const again = () => rig.json(['import', sample, '--into', archive, '--zone', 'Europe/Stockholm', '--no-keep-tables']);
    expect(await rig.run(['erase', 'lift', archive, id.slice(0, 8), '--reason', 'in error'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('E126'),
    });
    const asked = await rig.json(['erase', 'lift', archive, id, '--reason', 'in error']);
    expect((await again()).summary).toMatchObject({ reconciliation: { erased: 1, toImport: 0 } });
    const request = String(asked.summary.request);
    expect((await rig.run(['erase', 'approve', archive, request, '--key-file', 'approver.pem', '--now', 'urgent'])).code).toBe(0);
    expect(await rig.run(['erase', 'run', archive])).toMatchObject({ code: 0, stdout: '1 request was executed.\n' });
    expect((await again()).summary).toMatchObject({ reconciliation: { toImport: 1 } });
    expect(await idOf(archive, '46701740605')).toBe(id);
    expect(await rig.run(['erase', 'run', archive])).toMatchObject({ code: 0, stdout: 'No request is due.\n' });
    expect(await rig.run(['verify', archive])).toMatchObject({ code: 0 });
    const { summary, lines } = await rig.json(['erase', 'status', archive]);
    expect([summary.erased, lines.filter(({ of }) => of === 'erasure').map(({ value }) => (value as { state: string }).state)]).toEqual([
      0,
      ['executed', 'executed'],
    ]);
    expect(holding(rig.path(archive, 'log/tile'), [id, 'in error'])).toEqual([]);
    await erase(rig, archive, [id]);
    expect(holding(rig.path(archive), traces)).toEqual([]);
    expect((await again()).summary).toMatchObject({ reconciliation: { erased: 1, toImport: 0 } });
  });

  test('removes an amended recording from the bags of all its descriptions', async () => {
    const archive = copy('amended');
    expect((await rig.run(['import', sample, '--into', archive, '--zone', 'America/New_York', '--amend', '--no-keep-tables'])).code).toBe(0);
    const bags = bagsOf(archive).length;
    expect(bags).toBeGreaterThan(1);
    await erase(rig, archive, ['--text', '46701740605']);
    expect(bagsOf(archive)).toHaveLength(bags);
    expect(holding(rig.path(archive), traces)).toEqual([]);
    expect(await rig.run(['verify', archive])).toMatchObject({ code: 0 });
    const { lines } = await rig.json(['list', archive]);
    expect(lines.filter(({ of }) => of === 'recording')).toHaveLength(5);
  });
});

describe('a request for erasure', () => {
  test('needs a second person with a registered key, and a waiting time', async () => {
    const archive = copy('waits');
    const id = await idOf(archive, '46701740605');
    for (const key of ['other.pem', 'stranger.pem'])
      expect((await rig.exec('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', rig.path(key)])).code).toBe(0);
    expect((await rig.exec('openssl', ['pkey', '-in', rig.path('other.pem'), '-pubout', '-out', rig.path('other-public.pem')])).code).toBe(0);
    expect((await rig.run(['erase', 'add-approver', archive, 'other-public.pem', '--name', 'bo'])).code).toBe(0);
    const asked = await rig.json(['erase', 'request', archive, id, '--ground', 'court-order', '--reason', 'Order 1', '--as', 'anna']);
    const request = String(asked.summary.request);
    const approve = (...more: string[]) => rig.run(['erase', 'approve', archive, request, ...more]);
    expect(await approve('--key-file', 'approver.pem')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('belongs to the person who made the request'),
    });
    expect(await approve('--key-file', 'stranger.pem')).toMatchObject({ code: 2, stderr: expect.stringContaining('is not registered') });
    expect((await approve('--key-file', 'other.pem')).code).toBe(0);
    expect(await approve('--key-file', 'other.pem')).toMatchObject({ code: 2, stderr: expect.stringContaining('is already approved') });
    expect(await rig.run(['erase', 'run', archive])).toMatchObject({ code: 0, stdout: 'No request is due.\n' });
    expect(await idOf(archive, '46701740605')).toBe(id);
    expect((await rig.run(['erase', 'withdraw', archive, request, '--reason', 'appeal'])).code).toBe(0);
    const { lines, summary } = await rig.json(['erase', 'status', archive]);
    expect(summary).toMatchObject({ requests: 1, waiting: 0, erased: 0 });
    expect(lines.find(({ of }) => of === 'erasure')?.value).toMatchObject({ state: 'withdrawn', ground: 'court-order', reason: 'Order 1' });
    // Nothing of the reason is in the log itself.
    expect(holding(rig.path(archive, 'log/tile'), [id, 'Order 1', 'anna'])).toEqual([]);
  });

  test('must choose recordings: a limit alone, or no filter, chooses none', async () => {
    for (const which of [[], ['--limit', '3'], ['--text', '*']])
      expect(await rig.run(['erase', 'request', 'archive', ...which, '--ground', 'error', '--reason', 'test'])).toMatchObject({ code: 2 });
  });

  test('also covers a case that names the recording, and a viewer, which is rebuilt', async () => {
    const archive = copy('refused');
    expect((await rig.run(['viewer', archive])).code).toBe(0);
    const opened = await rig.json(['case', 'new', archive, '--title', 'Deal 4711']);
    const id = String(opened.summary.id);
    expect((await rig.run(['case', 'add', archive, id, '--text', '46701740605'])).code).toBe(0);
    await approved(rig, archive, ['--from-case', id]);
    expect(await rig.run(['erase', 'run', archive])).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(rig.path(archive, 'viewer/index.html'))).toBe(true);
    // The page's own text has a number as an example.
    expect(holding(rig.path(archive), traces).filter((line) => !line.includes('/viewer/page.js'))).toEqual([]);
    expect(await rig.run(['verify', archive])).toMatchObject({ code: 0 });
  });
});
