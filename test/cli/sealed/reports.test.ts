import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openAgeBytes } from '../../../src/sealing/age/open-now.ts';
import { x25519Identity } from '../../../src/sealing/age/x25519.ts';
import { asterisk, createSealedRig, filesBelow, filesWith } from './sealed-rig.ts';

const into = (archive: string): string[] => ['import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm'];

describe('reports of a sealed archive', () => {
  test('are stored sealed, verifiable by the log without a key, and decrypted into a folder by the name of the import', async () => {
    await using rig = await createSealedRig();
    const archive = rig.path('archive');
    const imported = await rig.sealed(...into(archive), '--sealed', '--no-keep-tables', '--report', rig.path('asked'));
    expect([imported.code, imported.stdout], imported.stderr).toEqual([0, expect.stringContaining(`Report: ${rig.path('asked')}/report.html`)]);
    const reports = join(archive, 'reports');
    const [job = ''] = readdirSync(reports);
    expect(filesBelow(reports)).toEqual(['recordings.csv', 'recordings.jsonl', 'report.html', 'report.json'].map((name) => `${job}/${name}.age`));
    expect(filesWith(reports, [...asterisk.words, 'recordingId', 'DOCTYPE'])).toEqual([]);
    // The copy that the user requested is unencrypted, and equals the content of the stored one.
    expect(filesWith(rig.path('asked'), asterisk.words)).toContain('report.html');
    const opened = await rig.sealed('report', archive, '--import', job, '--out', rig.path('opened'));
    expect([opened.code, opened.stdout], opened.stderr).toEqual([0, expect.stringContaining(`${rig.path('opened')}/report.html`)]);
    expect(filesBelow(rig.path('opened'))).toEqual(filesBelow(rig.path('asked')));
    for (const name of filesBelow(rig.path('asked'))) expect(readFileSync(rig.path('opened', name))).toEqual(readFileSync(rig.path('asked', name)));
    // The page of its secrets is in its entry; the keyring has one secret per file, which opens that file alone.
    const { stdout } = await rig.sealed('log', 'export', archive);
    const [, page = ''] = /"page":"([0-9a-f]{32})"/.exec(stdout) ?? [];
    const secrets = await rig.secretsIn(page, 'report');
    expect(Object.keys(secrets).sort()).toEqual(['recordings.csv', 'recordings.jsonl', 'report.html', 'report.json']);
    const html = readFileSync(join(reports, job, 'report.html.age'));
    expect(Buffer.from(openAgeBytes(html, x25519Identity(secrets['report.html'] ?? ''))).toString()).toMatch(/^<!doctype html>/i);
    expect(() => openAgeBytes(html, x25519Identity(secrets['report.json'] ?? ''))).toThrow();
    // Damage is reported without any key, and by check.py; a damaged report is not copied.
    const without = { env: { LONGPLAY_KEYRING: rig.path('nowhere') } };
    expect((await rig.run(['verify', archive], without)).code).toBe(0);
    writeFileSync(
      join(reports, job, 'report.html.age'),
      html.map((byte, at) => (at === 400 ? byte ^ 1 : byte)),
    );
    const damaged = await rig.run(['verify', archive], without);
    expect([damaged.code, damaged.stdout + damaged.stderr]).toEqual([4, expect.stringContaining(`reports/${job}/report.html.age`)]);
    expect((await rig.exec('python3', [join(archive, 'check.py'), archive])).stdout).toContain(`reports/${job}/report.html.age`);
    const refused = await rig.sealed('report', archive, '--import', job, '--out', rig.path('refused'));
    expect([refused.code, refused.stderr, existsSync(rig.path('refused'))]).toEqual([5, expect.stringContaining('P213'), false]);
  });

  test('name the command that opens one, need the keyring, and are not written unencrypted into the archive', async () => {
    await using rig = await createSealedRig();
    const archive = rig.path('archive');
    const imported = await rig.sealed(...into(archive), '--sealed', '--no-keep-tables');
    const [job = ''] = readdirSync(join(archive, 'reports'));
    expect(imported.stdout).toContain(`longplay report ${archive} --import ${job} --out FOLDER`);
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['report', archive], 'K207'],
      [['report', archive, '--import', job], 'U100'],
      [['report', archive, '--import', 'other', '--out', rig.path('out')], 'P212'],
      [['viewer', archive], 'K206'],
    ];
    for (const [args, code] of cases) {
      const refused = await rig.sealed(...args);
      expect([args, refused.code, refused.stderr]).toEqual([args, 2, expect.stringContaining(code)]);
    }
    const without = await rig.run(['report', archive, '--import', job, '--out', rig.path('out')], { env: { LONGPLAY_KEYRING: rig.path('nowhere') } });
    expect([without.code, existsSync(rig.path('out'))]).toEqual([2, false]);
    const whole = await rig.sealed('report', archive, '--out', rig.path('whole'));
    expect([whole.code, filesWith(rig.path('whole'), ['pbx1-1761438596'])], whole.stderr).toEqual([0, expect.arrayContaining(['recordings.csv'])]);
    expect(filesWith(join(archive, 'reports'), asterisk.words)).toEqual([]);
    expect(existsSync(join(archive, 'viewer'))).toBe(false);
  });

  test('a draft that a killed run left is sealed, and the next import removes it', async () => {
    await using rig = await createSealedRig();
    const archive = rig.path('archive');
    await rig.sealed(...into(archive), '--sealed', '--no-keep-tables');
    const reports = join(archive, 'reports');
    const [job = ''] = readdirSync(reports);
    const draft = join(reports, '.longplay-tmp-0');
    renameSync(join(reports, job), draft);
    rmSync(join(draft, 'report.html.age'));
    expect(filesWith(reports, asterisk.words)).toEqual([]);
    expect((await rig.sealed(...into(archive), '--amend', '--no-keep-tables', '--zone', 'UTC')).code).toBe(0);
    expect(existsSync(draft)).toBe(false);
    expect(filesWith(reports, asterisk.words)).toEqual([]);
  });
});
