import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Archive, createArchive } from '../../src/archive/layout.ts';
import { openLog, readLog } from '../../src/archive/log.ts';
import { type LogDetail, type LogEntry, logHeadFile, logLine, parseLogLine } from '../../src/archive/log-entry.ts';
import { calm, temporaryFolder } from './rig.ts';

const now = (): string => '2024-05-06T07:08:09.000Z';

async function archiveIn(folder: string): Promise<{ readonly archive: Archive; readonly file: string }> {
  const archive = await createArchive(folder, { now: now() }, calm);
  return { archive, file: join(folder, 'log/log.jsonl') };
}

/** Types of entries, and codes of findings with their line. */
async function read(archive: Archive): Promise<string[]> {
  const items: string[] = [];
  for await (const item of readLog(archive, calm))
    items.push(item.kind === 'finding' ? `${item.code} ${item.place.split(':')[1] ?? ''}`.trim() : item.type);
  return items;
}

/** The entry of a line that is one. */
function entryOf(line: string): LogEntry {
  const entry = parseLogLine(Buffer.from(line));
  if (entry === null) throw new Error('no entry');
  return entry;
}

async function append(archive: Archive, ...types: string[]): Promise<void> {
  const log = await openLog(archive, now);
  for (const type of types) await log.append(type, {});
  await log.close();
}

describe('the log', () => {
  it('has a chain that openssl can follow', async () => {
    using folder = temporaryFolder();
    const { archive, file } = await archiveIn(folder.path);
    await append(archive, 'a', 'b');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    let prev = '0'.repeat(64);
    for (const one of lines) {
      expect(JSON.parse(one).prev).toBe(prev);
      prev = execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: one, encoding: 'utf8' }).slice(0, 64);
    }
    expect(await read(archive)).toEqual(['archive-created', 'a', 'b']);
  });

  it('gives back what was entered, whatever that is', async () => {
    const detail = fc.dictionary(
      fc.string({ unit: 'binary' }),
      fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), fc.constant(null)),
      { maxKeys: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(detail, { maxLength: 4 }), async (details: LogDetail[]) => {
        using folder = temporaryFolder();
        const { archive } = await archiveIn(folder.path);
        const log = await openLog(archive, now);
        await Promise.all(details.map((one) => log.append('t', one)));
        await log.close();
        const back: unknown[] = [];
        for await (const item of readLog(archive, calm)) if (item.kind === 'log-entry' && item.type === 't') back.push({ ...item.detail });
        expect(back).toEqual(details.map((one) => ({ ...one })));
        expect(await read(archive)).toHaveLength(details.length + 1);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps the order of calls that overlap, and goes on after it was closed', async () => {
    using folder = temporaryFolder();
    const { archive } = await archiveIn(folder.path);
    const log = await openLog(archive, now);
    await Promise.all(['a', 'b', 'c', 'd'].map((type) => log.append(type, {})));
    await log.close();
    await append(archive, 'e');
    expect(await read(archive)).toEqual(['archive-created', 'a', 'b', 'c', 'd', 'e']);
  });

  it('knows the bags that landed, before and since it was opened', async () => {
    using folder = temporaryFolder();
    const { archive } = await archiveIn(folder.path);
    const log = await openLog(archive, now);
    await log.append('bag-landed', { bag: '2019/a' });
    await log.close();
    const again = await openLog(archive, now);
    expect([...again.landedBags().keys()]).toEqual(['2019/a']);
    await again.append('bag-landed', { bag: '2019/b' });
    expect([...again.landedBags().keys()]).toEqual(['2019/a', '2019/b']);
    await again.close();
  });
});

describe('a last line that a crash cut', () => {
  it('at any byte is cut off, told in the log, and nothing else is lost', async () => {
    using folder = temporaryFolder();
    const { archive, file } = await archiveIn(folder.path);
    await append(archive, 'a');
    const before = readFileSync(file);
    const head = readFileSync(join(folder.path, logHeadFile));
    await append(archive, 'b');
    const whole = readFileSync(file);
    for (let size = before.length + 1; size < whole.length; size += 7) {
      writeFileSync(file, whole.subarray(0, size));
      writeFileSync(join(folder.path, logHeadFile), head);
      expect(await read(archive)).toEqual(['archive-created', 'a', 'A113 3']);
      await append(archive, 'c');
      expect(await read(archive)).toEqual(['archive-created', 'a', 'log-repaired', 'c']);
      const repaired = parseLogLine(Buffer.from(readFileSync(file, 'utf8').split('\n')[2] ?? ''));
      expect(repaired?.detail.droppedBytes).toBe(size - before.length);
    }
  });

  it('of zeros, as a power cut leaves them, is cut off as well', async () => {
    using folder = temporaryFolder();
    const { archive, file } = await archiveIn(folder.path);
    appendFileSync(file, new Uint8Array(4096));
    await append(archive, 'a');
    expect(await read(archive)).toEqual(['archive-created', 'log-repaired', 'a']);
  });
});

describe('a log that was tampered with', () => {
  const tampered = (title: string, change: (lines: string[]) => string[], said: readonly string[]): void =>
    it(`by ${title} shows where`, async () => {
      using folder = temporaryFolder();
      const { archive, file } = await archiveIn(folder.path);
      await append(archive, 'a', 'b', 'c');
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      writeFileSync(file, `${change(lines).join('\n')}\n`);
      expect(await read(archive)).toEqual(said);
      const log = await openLog(archive, now);
      expect(log.findings.map((one) => one.code)).toEqual(said.flatMap((one) => (/^A11[1267]/.test(one) ? [one.slice(0, 4)] : [])));
      await log.close();
    });
  tampered('changing an entry', ([a = '', b = '', ...rest]) => [a, b.replace('"a"', '"x"'), ...rest], ['archive-created', 'A111 2', 'b', 'c']);
  tampered('changing an entry and its own digest', ([a = '', b = '', ...rest]) => [a, logLine({ ...entryOf(b), type: 'x' }), ...rest], [
    'archive-created',
    'x',
    'A112 3',
    'b',
    'c',
  ]);
  tampered('changing the last entry and its own digest', (lines) => [...lines.slice(0, 3), logLine({ ...entryOf(lines[3] ?? ''), type: 'x' })], [
    'archive-created',
    'a',
    'b',
    'x',
    'A117',
  ]);
  tampered('taking one out', ([a = '', , ...rest]) => [a, ...rest], ['archive-created', 'A112 2', 'b', 'c']);
  tampered('taking the last one out', (lines) => lines.slice(0, 3), ['archive-created', 'a', 'b', 'A116']);
  tampered('exchanging two', ([a = '', b = '', c = '', d = '']) => [a, c, b, d], ['archive-created', 'A112 2', 'b', 'A112 3', 'a', 'A112 4', 'c']);
  tampered('a line of nonsense', ([a = '', b = '', ...rest]) => [a, b.slice(1), ...rest], ['archive-created', 'A111 2', 'b', 'c']);
  tampered('cutting its beginning', ([, ...rest]) => rest, ['A112 1', 'A114 1', 'A115 1', 'a', 'b', 'c']);
  tampered('an endless line', ([a = '', ...rest]) => [a, 'x'.repeat(1_000_000), ...rest], ['archive-created', 'A111 2', 'A112 3', 'a', 'b', 'c']);

  it('by deleting it is told, and begins anew for all to see', async () => {
    using folder = temporaryFolder();
    const { archive, file } = await archiveIn(folder.path);
    rmSync(file);
    expect(await read(archive)).toEqual(['A110']);
    await append(archive, 'a');
    expect(await read(archive)).toEqual(['A114 1', 'log-restarted', 'a']);
  });

  it("by putting another archive's in its place is told", async () => {
    using folder = temporaryFolder();
    const { file } = await archiveIn(join(folder.path, 'one'));
    const { archive, file: other } = await archiveIn(join(folder.path, 'two'));
    writeFileSync(other, readFileSync(file));
    expect(await read(archive)).toEqual(['A115 1', 'archive-created', 'A117']);
  });
});

describe('a line of the log', () => {
  it('of any text never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => parseLogLine(bytes) === null));
    fc.assert(fc.property(fc.json(), (text) => parseLogLine(Buffer.from(text)) === null));
  });
});
