import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRig, hasShared, type Rig, root, shared } from './rig.ts';

const real = join(shared, 'samples/recorders/asterisk/normal');

/** Bags of an archive, absolute. */
function bagsOf(archive: string): string[] {
  return readdirSync(join(archive, 'bags'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'bagit.txt')
    .map((entry) => entry.parentPath)
    .sort();
}

interface Document {
  readonly recordingId: string;
  readonly recording: {
    readonly key: string;
    readonly callStart: { readonly utc: string | null } | null;
    readonly reconciliation: { readonly status: string };
  };
  readonly media: readonly { readonly path: string; readonly side: string; readonly original: { readonly sha256: string } }[];
}

function documentsOf(archive: string): Document[] {
  return bagsOf(archive)
    .flatMap((bag) =>
      readdirSync(join(bag, 'data'), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(bag, 'data', entry.name)] : [])),
    )
    .map((folder) => JSON.parse(readFileSync(join(folder, 'recording.json'), 'utf8')) as Document)
    .sort((a, b) => (a.recordingId < b.recordingId ? -1 : 1));
}

/** The same tree in an archive format; `tar` and `zip` are the system's. */
const packings: readonly [name: string, pack: (rig: Rig, source: string) => Promise<string>][] = [
  ['a folder', async (rig, source) => rig.copyOf(source, 'export')],
  ['a tar', async (rig, source) => packed(rig, 'export.tar', 'tar', ['-cf', rig.path('export.tar'), '-C', source, '.'])],
  ['a tar.gz', async (rig, source) => packed(rig, 'export.tar.gz', 'tar', ['-czf', rig.path('export.tar.gz'), '-C', source, '.'])],
  ['a tar.xz', async (rig, source) => packed(rig, 'export.tar.xz', 'tar', ['-cJf', rig.path('export.tar.xz'), '-C', source, '.'])],
  ['a tar.zst', async (rig, source) => packed(rig, 'export.tar.zst', 'tar', ['--zstd', '-cf', rig.path('export.tar.zst'), '-C', source, '.'])],
  ['a zip', async (rig, source) => packed(rig, 'export.zip', 'zip', ['-qr', rig.path('export.zip'), '.'], source)],
];

async function packed(rig: Rig, name: string, program: string, args: readonly string[], cwd?: string): Promise<string> {
  const { code, stderr } = await rig.exec(program, args, cwd);
  if (code !== 0) throw new Error(`${program}: ${stderr}`);
  return rig.path(name);
}

describe.skipIf(!hasShared)('the export of a real Asterisk', () => {
  test.each(packings)('as %s gives every call, side and row, in bags that sha256sum accepts, and only once', async (_name, pack) => {
    await using rig = createRig();
    const source = await pack(rig, real);
    const archive = rig.path('archive');
    const { code, summary } = await rig.json(['import', source, '--into', archive, '--no-keep-tables']);
    expect(code).toBe(0);
    expect(summary).toMatchObject({
      imported: 3,
      notImported: 0,
      notPlayable: 0,
      reconciliation: {
        files: 11,
        recordingsTotal: 3,
        recordings: { matched: 2, 'zero-audio': 1 },
        byBucket: [
          { bucket: 'matched', files: 4 },
          { bucket: 'table', files: 4 },
          { bucket: 'zero-audio', files: 3 },
        ],
        tables: [
          { path: 'cdr-csv/Master.csv', records: 10, byStatus: { matched: 6, 'zero-audio': 4 } },
          { path: 'cdr-csv/retail.csv', records: 5, byStatus: { 'duplicate-row': 5 } },
          { path: 'cel-custom/Master.csv', records: 87, byStatus: { event: 87 } },
          // The same rows once more, as the database wrote them.
          { path: 'master.db:cdr', records: 10, byStatus: { 'duplicate-row': 10 } },
        ].map((table) => ({ ...table, path: expect.stringMatching(new RegExp(`${table.path}$`)) })),
      },
    });
    expect(
      documentsOf(archive)
        .map(({ recording, media }) => [recording.key, recording.callStart?.utc, media.map((medium) => medium.side)])
        .sort(),
    ).toEqual([
      ['demo-1795559989.0', '2026-11-24T22:39:49.000Z', ['mixed', 'in', 'out']],
      ['demo-1795559992.4', '2026-11-24T22:39:52.000Z', ['mixed', 'in', 'out']],
      ['demo-1795559992.6', '2026-11-24T22:39:52.000Z', ['mixed']],
    ]);
    // The originals are the export's own files, byte for byte.
    const digests = documentsOf(archive).flatMap(({ media }) => media.map((medium) => medium.original.sha256));
    const judged = await rig.exec('sh', ['-c', "find . -path './monitor/*' -type f -print0 | xargs -0 sha256sum | cut -d' ' -f1 | sort"], real);
    expect([...digests].sort()).toEqual(judged.stdout.trim().split('\n'));
    for (const bag of bagsOf(archive)) {
      for (const algorithm of ['sha256', 'sha512']) {
        for (const manifest of ['manifest', 'tagmanifest']) {
          expect(await rig.exec(`${algorithm}sum`, ['--strict', '--quiet', '-c', `${manifest}-${algorithm}.txt`], bag)).toMatchObject({
            code: 0,
            stderr: '',
          });
        }
      }
    }
    expect(await rig.run(['verify', archive, '--play'])).toMatchObject({ code: 0 });
    const again = await rig.json(['import', source, '--into', archive, '--no-keep-tables']);
    expect(again).toMatchObject({ code: 0, summary: { imported: 0, reconciliation: { alreadyArchived: 3, toImport: 0 } } });
    expect(bagsOf(archive)).toHaveLength(1);
  });

  test('in one archive format after another adds nothing: the recordings are the same', async () => {
    await using rig = createRig();
    const archive = rig.path('archive');
    expect((await rig.json(['import', real, '--into', archive, '--no-keep-tables'])).summary).toMatchObject({ imported: 3 });
    const before = documentsOf(archive);
    for (const [, pack] of packings.slice(1))
      expect((await rig.json(['import', await pack(rig, real), '--into', archive, '--no-keep-tables'])).summary).toMatchObject({
        imported: 0,
        exitCode: 0,
      });
    expect(documentsOf(archive)).toEqual(before);
  });
});

describe('the sample export of an Asterisk', () => {
  const sample = join(root, 'samples/asterisk-normal');

  test('gives the same bytes with one worker and with four', async () => {
    await using rig = createRig();
    const env = { SOURCE_DATE_EPOCH: '1764028800' };
    const first = rig.path('one');
    await rig.run(['import', sample, '--into', first, '-j', '1'], { env });
    const second = rig.path('four');
    await rig.exec('mkdir', [second]);
    await rig.exec('cp', [join(first, 'longplay.json'), second]);
    await rig.run(['import', sample, '--into', second, '-j', '4'], { env });
    const { stdout, code } = await rig.exec('diff', ['-r', join(first, 'bags'), join(second, 'bags')]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  test('that grew adds only new recordings', async () => {
    await using rig = createRig();
    const source = rig.copyOf(sample, 'export');
    const archive = rig.path('archive');
    const { summary } = await rig.json(['import', source, '--into', archive, '--no-keep-tables']);
    expect(summary).toMatchObject({ imported: 6 });
    const orphan = readdirSync(source, { recursive: true, withFileTypes: true }).find((entry) => entry.name.endsWith('.wav'));
    if (orphan === undefined) throw new Error('the sample has no WAV');
    await rig.exec('cp', [
      join(orphan.parentPath, orphan.name),
      join(orphan.parentPath, 'in-1003-46701740610-20251026-050000-pbx1-1761451200.77.wav'),
    ]);
    expect((await rig.json(['import', source, '--into', archive, '--no-keep-tables'])).summary).toMatchObject({
      imported: 1,
      reconciliation: { alreadyArchived: 6, toImport: 1 },
    });
    expect(await rig.run(['verify', archive])).toMatchObject({ code: 0 });
  });
});
