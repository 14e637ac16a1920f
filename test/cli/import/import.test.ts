import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRig, fingerprint, hasShared, type Rig, shared } from '../rig.ts';

const normal = join(shared, 'samples/recorders/asterisk/normal');

/** Paths of all files below a folder, relative to it, sorted. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

interface Document {
  readonly recordingId: string;
  readonly recording: {
    readonly key: string;
    readonly callStart: { readonly utc: string } | null;
    readonly callEnd: { readonly utc: string } | null;
  };
}

function documentsOf(archive: string): Document[] {
  return filesBelow(join(archive, 'bags'))
    .filter((file) => file.endsWith('/recording.json'))
    .map((file) => JSON.parse(readFileSync(join(archive, 'bags', file), 'utf8')) as Document)
    .sort((a, b) => (a.recording.key < b.recording.key ? -1 : 1));
}

describe.skipIf(!hasShared)('the import of a real Asterisk export', () => {
  let rig: Rig;
  let archive: string;
  let before: string[];

  beforeAll(async () => {
    rig = createRig();
    archive = rig.path('archive');
    before = fingerprint(normal);
  });
  afterAll(async () => {
    await rig[Symbol.asyncDispose]();
  });

  test('accounts for every row, every side and every file, and changes nothing in the source', async () => {
    const { code, lines, summary } = await rig.json(['import', normal, '--into', archive]);
    expect(code).toBe(0);
    expect(summary).toMatchObject({ type: 'summary', command: 'import', exitCode: 0, imported: 3, notImported: 0, notPlayable: 0, unread: 0 });
    const { reconciliation } = summary as {
      reconciliation: { files: number; byBucket: { files: number }[]; tables: { path: string; records: number; byStatus: Record<string, number> }[] };
    };
    const files = filesBelow(normal);
    expect(reconciliation.files).toBe(files.length);
    expect(reconciliation.byBucket.reduce((sum, bucket) => sum + bucket.files, 0)).toBe(files.length);
    for (const { path, records, byStatus } of reconciliation.tables) {
      expect(Object.values(byStatus).reduce((a, b) => a + b, 0)).toBe(records);
      // The database's rows are those of the call table.
      const file = path === 'master.db:cdr' ? 'cdr-csv/Master.csv' : path;
      expect(records).toBe(readFileSync(join(normal, file), 'utf8').trimEnd().split('\n').length);
    }
    expect(reconciliation.tables.map(({ path }) => path)).toEqual([
      'cdr-csv/Master.csv',
      'cdr-csv/retail.csv',
      'cel-custom/Master.csv',
      'master.db:cdr',
    ]);
    expect(lines.filter((line) => line.type === 'error')).toEqual([]);
    expect(fingerprint(normal)).toEqual(before);
  });

  test('has the right times of the calls: the epoch in the uniqueid, to the second', () => {
    const times = documentsOf(archive).map(({ recording }) => [recording.key, recording.callStart?.utc, recording.callEnd?.utc]);
    // The uniqueids name the second; the rows were written in UTC.
    expect(times).toEqual([
      ['demo-1795559989.0', '2026-11-24T22:39:49.000Z', '2026-11-24T22:39:58.000Z'],
      ['demo-1795559992.4', '2026-11-24T22:39:52.000Z', '2026-11-24T22:39:55.000Z'],
      ['demo-1795559992.6', '2026-11-24T22:39:52.000Z', '2026-11-24T22:40:01.000Z'],
    ]);
    for (const [key, start] of times) expect(Date.parse(start ?? '') / 1_000).toBe(Number(/-(\d+)\./.exec(key ?? '')?.[1]));
  });

  test('makes copies that other programs accept: FFmpeg decodes them without a message, opusinfo finds nothing, lengths agree', async () => {
    const copies = filesBelow(archive).filter((file) => file.endsWith('.opus'));
    expect(copies).toHaveLength(4);
    for (const copy of copies) {
      const decoded = await rig.exec('ffmpeg', [
        '-v',
        'warning',
        '-xerror',
        '-i',
        join(archive, copy),
        '-f',
        's16le',
        '-ar',
        '48000',
        '-y',
        rig.path('out.raw'),
      ]);
      expect([copy, decoded.code, decoded.stderr]).toEqual([copy, 0, '']);
      const info = await rig.exec('opusinfo', [join(archive, copy)]);
      expect([copy, info.code, /warning|error/i.test(info.stdout)]).toEqual([copy, 0, false]);
      const original = (
        copy.endsWith('access-1.opus') ? ['original-1.wav'] : [basename(copy).replace('access', 'original').replace('opus', 'wav')]
      ).map((name) => join(archive, dirname(copy), name))[0];
      const seconds = await rig.exec('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', original ?? '']);
      expect(readFileSync(rig.path('out.raw')).length / 2 / 48_000).toBeCloseTo(Number(seconds.stdout), 2);
    }
  });

  test('gives an archive that passes verification, also when every copy is played', async () => {
    for (const more of [[], ['--play']]) {
      const { code, stdout, stderr } = await rig.run(['verify', archive, ...more]);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^40 files in 2 bags, .*: OK\.\n$/);
    }
  });

  test('finds the same recordings in a zip inside a tar, and adds nothing', async () => {
    const bags = fingerprint(join(archive, 'bags'));
    expect((await rig.exec('zip', ['-qr', rig.path('n.zip'), 'normal'], dirname(normal))).code).toBe(0);
    expect((await rig.exec('tar', ['-cf', rig.path('n.tar'), 'n.zip'])).code).toBe(0);
    const again = await rig.run(['import', 'n.tar', '--into', archive]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('Nothing new: the archive has all 3 recordings of this source');
    expect(fingerprint(join(archive, 'bags'))).toEqual(bags);
  });
});
