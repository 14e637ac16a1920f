import { describe, expect, it } from 'vitest';
import { generic } from '../../importers/generic.ts';
import { importAll } from './import-all.ts';
import { memorySource } from './memory-source.ts';
import { summaryOf } from './summary.ts';

const mapping = (text: string) => ({ mapping: { name: 'mapping.toml', text } });

const byPath = mapping(`
[source]
zone = "Europe/Stockholm"
[table]
files = "calls.csv"
[columns]
key = "id"
start = "start"
[join]
column = "file"
`);

describe('rows joined to audio by path', () => {
  it('accounts for every row and every file', async () => {
    const source = memorySource({
      'calls.csv':
        'id,start,file,note\n1,2024-05-02 10:00:00,2024/a.wav,x\n1,2024-05-02 10:00:00,2024/a.wav,x\n2,2024-05-02 10:01:00,missing.wav,\n3,2024-05-02 10:02:00,2024/c.wav,\n4,2024-05-02 10:03:00,2024/c.wav,\n5,2024-05-02 10:04:00,d.wav,\n6,2024-05-02 10:05:00,,\n',
      '2024/a.wav': 'a',
      '2024/c.wav': 'c',
      '2024/d.wav': 'd',
      '2025/d.wav': 'd',
      '2025/e.wav': 'e',
      'readme.txt': '',
    });
    const imported = await importAll(generic, source, byPath);
    expect(summaryOf(imported)).toEqual({
      findings: ['I169 5'],
      recordings: [
        '1 | matched | 2024/a.wav',
        '2 | row-without-audio',
        '3 | shared-audio | 2024/c.wav',
        '5 | ambiguous',
        '6 | row-without-audio',
        'd.wav | ambiguous | 2024/d.wav',
        'd.wav#6e8ec405 | ambiguous | 2025/d.wav',
        'e.wav | audio-without-row | 2025/e.wav',
      ],
      tables: ['calls.csv: 7 {"ambiguous":1,"duplicate-row":1,"matched":1,"row-without-audio":2,"shared-audio":2}'],
    });
  });
});
