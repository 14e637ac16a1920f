import { describe, expect, it } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import { processorMs } from '../../processor-ms.ts';
import { wav } from '../asterisk/rows.ts';
import { brief, importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

/** Bytes of no format, as evenly distributed as those of an encrypted file. */
const foreign = Uint8Array.from({ length: 4_000 }, (_, at) => (at * 7919 + (at >> 3) * 104_729) & 0xff);
const mapping = (join: string, more = '') => ({
  mapping: { name: 'm.toml', text: `table.files = "calls.csv"\n[columns]\nkey = "id"\n[join]\n${join}\n${more}` },
});
const rows = (...files: readonly string[]): string => ['id,file', ...files.map((file, at) => `${at + 1},${file}`), ''].join('\n');
const byPath = 'column = "file"';

describe('a file that a row of a mapped table names', () => {
  const names = ['rec/0001.aud', 'rec/0002', 'rec/0003.txt', 'rec/0004.bin', 'rec/a.awb', 'rec/b.qcp', 'rec/c.w64', 'rec/d.wav '];

  it.each([byPath, 'column = "file"\nmatch = "name"', 'column = "file"\nignore-case = true'])(
    'is its audio by %j, whatever its extension and whether or not longplay recognises its content',
    async (join) => {
      for (const bytes of [wav(3), foreign]) {
        const source = memorySource({ 'calls.csv': rows(...names), ...Object.fromEntries(names.map((name) => [name, bytes])) });
        const imported = await importAll(generic, source, mapping(join));
        expect(summaryOf(imported)).toEqual({
          recordings: names.map((name, at) => `${at + 1} | matched | ${name}`),
          findings: [],
          tables: [`calls.csv: ${names.length} {"matched":${names.length}}`],
        });
      }
    },
  );

  it('is its audio if the mapping says that other files are', async () => {
    const source = memorySource({ 'calls.csv': rows('x.aud'), 'x.aud': foreign, 'y.aud': wav(3), 'z.wav': wav(3) });
    const imported = await importAll(generic, source, mapping(byPath, '[files]\nfiles = "*.wav"\n'));
    expect(summaryOf(imported).recordings).toEqual(['1 | matched | x.aud', 'y.aud | audio-without-row | y.aud', 'z.wav | audio-without-row | z.wav']);
  });

  it('is preferred to one of the same name that is not audio', async () => {
    const source = memorySource({ 'calls.csv': rows('x.rec'), 'notes/x.rec': 'a note', 'voice/x.rec': wav(3) });
    expect(brief(await importAll(generic, source, mapping(byPath)))).toMatchObject({ 1: { status: 'matched', media: ['unknown voice/x.rec'] } });
  });
});

describe('a file that the pattern of a mapping omits', () => {
  const files = { 'rec/a.wav': wav(3), 'rec/b.WAV': wav(3), 'rec/c.dat': wav(3), 'rec/d': wav(3), 'rec/e.txt': 'a note' };
  const prompts = { 'prompts/p.wav': wav(3), 'prompts/q.dat': wav(3), 'prompts/r.txt': 'a note' };

  it('is audio without a row if only the extension differs, and an omitted medium if the folder does', async () => {
    const source = memorySource({ 'calls.csv': rows('rec/a.wav'), ...files, ...prompts });
    const imported = await importAll(generic, source, mapping(byPath, '[files]\nfiles = "rec/*.{wav,mp3}"\n'));
    const alone = ['b.WAV', 'c.dat', 'd'].map((name) => `${name} | audio-without-row | rec/${name}`);
    expect(summaryOf(imported).recordings).toEqual(['1 | matched | rec/a.wav', ...alone]);
    expect(imported.files.filter(({ role }) => role === 'alien').map(({ path, alien }) => `${path} ${alien?.content}`)).toEqual([
      'prompts/p.wav medium',
      'prompts/q.dat medium',
      'prompts/r.txt other',
      'rec/e.txt other',
    ]);
  });

  it('still has the values that the template finds in its name', async () => {
    const text = '[files]\nfiles = "*.wav"\ntemplate = "{start:YYYYMMDD-HHmmss}_{key:9+}.wav"\n';
    const names = ['.wav', '.WAV', '.mka', ''].map((ending, at) => `20240502-101500_${at}${ending}`);
    const imported = await importAll(generic, memorySource(Object.fromEntries(names.map((name) => [name, wav(3)]))), {
      mapping: { name: 'm.toml', text },
    });
    expect(summaryOf(imported).recordings).toEqual(names.map((name, at) => `${at} | audio-without-row | ${name}`));
    expect(imported.recordings.map(({ callStart }) => callStart?.raw)).toEqual(names.map(() => '20240502-101500'));
  });
});

describe('a file that no row names', () => {
  it('is audio if its content is, and unclaimed if not', async () => {
    const source = memorySource({ 'calls.csv': rows('x.wav'), 'y.bin': wav(3), 'x.txt': 'a note' });
    const imported = await importAll(generic, source, mapping(byPath));
    expect(summaryOf(imported).recordings).toEqual(['1 | row-without-audio', 'y.bin | audio-without-row | y.bin']);
    expect(imported.files.filter(({ role }) => role === 'alien').map(({ path }) => path)).toEqual(['x.txt']);
  });

  it('is not taken for the audio of a row that writes the name without an extension, unless its content is audio', async () => {
    const source = memorySource({ 'calls.csv': rows('x', 'y'), 'x.txt': 'a note', 'y.bin': wav(3) });
    const imported = await importAll(generic, source, mapping('column = "file"\nmatch = "stem"'));
    expect(summaryOf(imported).recordings).toEqual(['1 | row-without-audio', '2 | matched | y.bin']);
  });
});

it('a name in Latin-1 is joined with the row that contains it', async () => {
  const source = memorySource({ 'calls.csv': rows('rec/Åsa.aud'), 'rec/\ufffdsa.aud': wav(2) });
  const named = {
    ...source,
    entries: async function* (signal: AbortSignal) {
      for await (const entry of source.entries(signal))
        yield entry.path === 'calls.csv' ? entry : { ...entry, rawName: Buffer.from('rec/Åsa.aud', 'latin1').toString('base64') };
    },
  };
  expect(summaryOf(await importAll(generic, named, mapping(byPath))).recordings).toEqual(['1 | matched | rec/\ufffdsa.aud']);
});

describe('many rows and many files with one value', () => {
  const template = '[files]\ntemplate = "{agent}_{n}.wav"\n';
  const byAgent = (count: number, files: number, name = (at: number): string => `a_${at}.wav`) =>
    memorySource({
      'calls.csv': ['id,agent', ...Array.from({ length: count }, (_, at) => `${at},a`), ''].join('\n'),
      ...Object.fromEntries(Array.from({ length: files }, (_, at) => [name(at), ''])),
    });
  const statuses = async (source: ReturnType<typeof byAgent>) => {
    const { recordings, findings } = await importAll(generic, source, mapping('fields = { agent = "agent" }', template));
    const count = new Map<string, number>();
    for (const { reconciliation } of recordings) count.set(reconciliation.status, (count.get(reconciliation.status) ?? 0) + 1);
    return { ...Object.fromEntries(count), codes: [...new Set(findings.map((each) => each.split(' ')[0]))] };
  };

  it('are one recording', async () => {
    expect(await statuses(byAgent(300, 300))).toEqual({ 'shared-audio': 1, codes: [] });
  });

  it('are not joined if files of one name are in several folders, which is decided without comparing all pairs', async () => {
    const began = processorMs();
    expect(await statuses(byAgent(4_000, 4_000, (at) => `${at}/a_1.wav`))).toEqual({ ambiguous: 8_000, codes: ['I172'] });
    expect(processorMs() - began).toBeLessThan(60_000);
  });

  it('are not joined if there are more rows than one recording can have', async () => {
    expect(await statuses(byAgent(10_001, 20))).toEqual({ ambiguous: 10_021, codes: ['I172'] });
  });
});

describe('files of one name in many folders', () => {
  const days = Array.from({ length: 150 }, (_, day) => String(day).padStart(3, '0'));

  it.each([
    ['below the folders that rows write', (day: string) => `export/2024/${day}/0001.wav`, (day: string) => `2024/${day}/0001.wav`],
    ['above them', (day: string) => `${day}/0001.wav`, (day: string) => `D:\\rec\\2024\\${day}\\0001.wav`],
    ['by a long path', (day: string) => `x/2024/${day}/a/b/0001.wav`, (day: string) => `2024/${day}/a/b/0001.wav`],
    ['in a container each, by its name', (day: string) => `2024/${day}.zip!0001.wav`, (day: string) => `rec/2024/${day}/0001.wav`],
  ])('are distinguished %s', async (_, file, row) => {
    const source = memorySource({ 'calls.csv': rows(...days.map(row)), ...Object.fromEntries(days.map((day) => [file(day), ''])) });
    const { recordings, findings } = await importAll(generic, source, mapping(byPath));
    expect(findings).toEqual([]);
    expect(recordings.map(({ key, media }) => `${key} ${media[0]?.path}`).sort()).toEqual(days.map((day, at) => `${at + 1} ${file(day)}`).sort());
  });

  it('are not joined with a row that only has the name', async () => {
    const source = memorySource({ 'calls.csv': rows('0001.wav'), ...Object.fromEntries(days.map((day) => [`${day}/0001.wav`, ''])) });
    const { recordings, findings } = await importAll(generic, source, mapping(byPath));
    expect(new Set(recordings.map(({ reconciliation }) => reconciliation.status))).toEqual(new Set(['ambiguous']));
    expect(findings).toEqual(['I172 1']);
  });
});

it('an empty element is an empty document, not an unreadable one', async () => {
  const source = memorySource({ 'a.xml': '<call/>', 'a.wav': '', 'b.xml': '<call', 'b.wav': '' });
  const text = '[table]\nfiles = "*.xml"\nsidecars = true\n';
  expect(summaryOf(await importAll(generic, source, { mapping: { name: 'm.toml', text } })).recordings).toEqual([
    'a | matched | a.wav',
    'b | parse-error | b.wav',
  ]);
});
