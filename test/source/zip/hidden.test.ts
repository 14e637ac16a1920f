import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createRig } from '../../cli/rig.ts';

const script = `
import sys, zipfile, io
def zipped(names, level=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', level) as z:
        for name in names: z.writestr(name, open(sys.argv[1], 'rb').read() + name.encode())
    return out.getvalue()
kind, to = sys.argv[2:]
a = zipped(['0.wav', '1.wav', '2.wav'])
if kind == 'two': a = a + zipped(['3.wav', '4.wav'])
if kind == 'stub': a = b'MZ' + bytes(4000) + b'PK\\x03\\x04' + bytes(500) + a
if kind in ('first', 'middle', 'last'):
    at = a.index(b'PK\\x01\\x02')
    entries = [b'PK\\x01\\x02' + each for each in a[at:a.index(b'PK\\x05\\x06')].split(b'PK\\x01\\x02')[1:]]
    del entries[{'first': 0, 'middle': 1, 'last': 2}[kind]]
    central = b''.join(entries)
    a = a[:at] + central + b'PK\\x05\\x06' + bytes(4) + (2).to_bytes(2, 'little') * 2 + len(central).to_bytes(4, 'little') + at.to_bytes(4, 'little') + bytes(2)
open(to, 'wb').write(a)
`;

const cases = [
  ['whole', 0, []],
  ['stub', 0, ['S147']],
  ['two', 3, ['S148']],
  ['first', 3, ['S148']],
  ['middle', 3, ['S148']],
  ['last', 3, ['S148']],
] as const;

test.each(cases)('members that the directory of a zip does not list end an import with 3, and nothing else does: %s', async (kind, exit, codes) => {
  await using rig = createRig();
  mkdirSync(rig.path('source'));
  writeFileSync(rig.path('a.wav'), readFileSync('samples/generic-csv/inspelningar/2024/10/27/1001.wav'));
  execFileSync('python3', ['-c', script, rig.path('a.wav'), kind, rig.path('source', 'x.zip')]);
  const { code, lines } = await rig.json(['import', 'source', '--into', 'archive', '--dry-run']);
  expect(lines.flatMap((line) => (line.type === 'finding' && /^S/.test(String(line.code)) ? [line.code] : []))).toEqual(codes);
  expect(code).toBe(exit);
});
