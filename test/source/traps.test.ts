import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { listed } from './rig.ts';

const traps = '../shared/samples/traps/out';
const wav = 'Calls/000001.wav 364';
const xml = 'Calls/000001.xml 9';
const long = `${'d/'.repeat(60)}Åsa-${'x'.repeat(120)}.wav 364`;

/** Container, its entries, its findings after the container's name. */
const expected: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['tar/bad-checksum.tar', [xml], ['S122 ']],
  ['tar/base256-size-8GiB-header-only.tar', ['base256-size-8GiB-header-only.tar 512'], ['S121 !huge.wav']],
  ['tar/blocking-factor-63k-padding.tar', [wav, xml], []],
  ['tar/case-clash.tar', ['a.WAV 364', 'a.wav 4'], ['S113 !a.wav']],
  ['tar/cp1252-names.tar', ['Samtal/\ufffdsa \ufffdberg.wav 364'], ['S116 ']],
  ['tar/cut-on-header-boundary.tar', [wav], ['S120 ']],
  ['tar/duplicate-names.tar', ['a#2.wav 4', 'a.wav 364'], ['S115 !a#2.wav']],
  ['tar/gnu-longname.tar', [long], []],
  ['tar/gzip-two-members.tar.gz', [wav, xml], []],
  [
    'tar/nested.tar',
    ['inner.tar!Calls/000001.wav 364', 'inner.tar!Calls/000001.xml 9', 'inner.tar.gz!Calls/000001.wav 364', 'inner.tar.gz!Calls/000001.xml 9'],
    [],
  ],
  [
    'tar/numbered-pieces.tar',
    [
      'call_1@pbx.example.pcap 5',
      'call_1@pbx.example.pcap#1 700',
      'call_1@pbx.example.pcap#3 300',
      'call_2@pbx.example.pcap 5',
      'call_2@pbx.example.pcap#2 10',
    ],
    [],
  ],
  ['tar/pax-utf8-longname.tar', [long], []],
  [
    'tar/traversal.tar',
    ['C__Calls_x.wav 4', '__/__/escape.wav 4', 'abs.wav 4', 's/passwd 4'],
    ['S114 !C__Calls_x.wav', 'S114 !__/__/escape.wav', 'S114 !abs.wav', 'S112 !dev', 'S112 !fifo', 'S111 !h', 'S111 !s'],
  ],
  ['tar/truncated-in-data.tar', ['Calls/000001.wav 200'], ['S121 !Calls/000001.wav']],
  ['tar/truncated-no-eof-blocks.tar', [wav, xml], ['S120 ']],
  ['tar/ustar.tar', [wav, xml], []],
  ['tar/zero-block-in-the-middle.tar', [wav, xml], ['S123 ']],
  ['zip/cp437-cp850-name.zip', ['Åsa.wav 364'], []],
  ['zip/duplicate-entry.zip', ['a#2.wav 4', 'a.wav 364'], ['S115 !a#2.wav']],
  ['zip/plain.zip', ['a.wav 364', 'calls.xml 8'], []],
  ['zip/prepended-stub.exe', ['a.wav 364'], ['S147 ']],
  ['zip/ratio-bomb-10MiB.zip', ['zeros.wav 10485760'], []],
  [
    'zip/traversal.zip',
    ['.._.._w.wav 4', '__/__/escape.wav 4', 'a/__/__/b.wav 4', 'abs.wav 4'],
    ['S114 !.._.._w.wav', 'S114 !__/__/escape.wav', 'S114 !a/__/__/b.wav', 'S114 !abs.wav'],
  ],
  ['zip/truncated-no-central-directory.zip', ['a.wav 8044', 'b.wav 8044'], ['S140 ']],
  ['zip/zip64-local.zip', ['z64.wav 364'], []],
];

describe.skipIf(!existsSync(traps))('the awkward files of real exports', () => {
  test.each(expected)('%s has exactly these entries and findings', async (file, entries, findings) => {
    const name = file.slice(4);
    const found = await listed(`${traps}/${file}`);
    expect(found.entries).toEqual(entries);
    expect(found.findings).toEqual(findings.map((line) => `${line.slice(0, 5)}${name}${line.slice(5)}`));
  });

  test('a truncated gzip gives the complete members, each time they occur in it', async () => {
    const name = 'gzip-truncated.tar.gz';
    const found = await listed(`${traps}/tar/${name}`);
    const again = [2, 3, 4, 5, 6].flatMap((n) => [wav, xml].map((entry) => entry.replace('.', `#${n}.`)));
    expect(found.entries).toEqual([...again, wav, xml]);
    expect(found.findings).toEqual([`S123 ${name}`, `S130 ${name}`, ...again.map((entry) => `S115 ${name}!${entry.split(' ')[0]}`)]);
  });

  test('the same files in one folder are recognised by content, and each entry has the container in its path', async () => {
    const found = await listed(`${traps}/tar`);
    expect(found.entries.filter((entry) => entry.startsWith('nested.tar'))).toEqual([
      'nested.tar!inner.tar!Calls/000001.wav 364',
      'nested.tar!inner.tar!Calls/000001.xml 9',
      'nested.tar!inner.tar.gz!Calls/000001.wav 364',
      'nested.tar!inner.tar.gz!Calls/000001.xml 9',
    ]);
    expect(found.entries).toContain('base256-size-8GiB-header-only.tar 512');
  });
});
