import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/core/findings/finding.ts';
import type { LogEntry } from '../../src/log/entries/log-entry.ts';
import { acknowledgeLost, findLost, forgetDetails, personsFor } from '../../src/log/forget-details.ts';
import { pseudonymFile } from '../../src/log/keys/pseudonym.ts';
import { type ArchiveLog, openLog } from '../../src/log/log.ts';
import { readLog } from '../../src/log/read/read-log.ts';
import { createDetailsCheck } from '../../src/log/who/check-details.ts';
import { createDetailsReader, detailsFile } from '../../src/log/who/entry-details.ts';
import { calm, temporaryFolder } from '../archive/rig.ts';
import { anyType } from './any-type.ts';
import { newArchive, now } from './rig.ts';

type Made = Awaited<ReturnType<typeof newArchive>>;

const anna = { user: 'anna', host: 'trading-7' };
const bert = { user: 'bert', host: 'trading-7' };

async function entriesOf({ archive }: Made): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const item of readLog(archive, calm)) if (item.kind === 'log-entry') entries.push(item);
  return entries;
}

async function checked(made: Made): Promise<Finding[]> {
  const check = createDetailsCheck(made.archive.dir);
  for (const entry of await entriesOf(made)) await check.take(entry);
  return check.findings();
}

/** Findings of check.py in the archive about details. */
function judgedByPython({ archive }: Made): { readonly code: number | null; readonly lines: string[] } {
  const { status, stdout } = spawnSync('python3', [join(archive.dir, 'check.py')], { encoding: 'utf8' });
  return { code: status, lines: stdout.split('\n').filter((line) => line.includes('log/details')) };
}

async function* all(made: Made): AsyncGenerator<LogEntry> {
  yield* await entriesOf(made);
}

async function forget(made: Made, log: ArchiveLog, name: string | null, upTo = 1_000): Promise<number> {
  const found =
    name === null
      ? { persons: [null], asOther: [] }
      : await personsFor(
          made.archive.dir,
          name,
          () => null,
          () => all(made),
        );
  const meant = [...[...found.persons].map((of) => ({ of, fromSeq: 1, toSeq: upTo })), ...found.asOther];
  return await forgetDetails(made.archive, log, { meant, reason: 'asked for it' }, () => all(made), calm);
}

function open({ archive, keys }: Made, actor: () => typeof anna | null = () => anna): Promise<ArchiveLog> {
  return openLog(archive, { now, keys, actor });
}

describe('an entry caused by a person', () => {
  test('has a pseudonym and a digest, and no byte of the log shows who, where or why', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made);
    await log.append(anyType('deed'), { count: 1 }, { reason: 'a slip of the pen' });
    await log.close();
    const [, entry] = await entriesOf(made);
    expect(entry?.detail).toEqual({
      count: 1,
      who: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{24}$/),
      detailsSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    for (const name of readdirSync(join(made.log, 'tile'), { recursive: true, withFileTypes: true }))
      if (name.isFile()) expect(readFileSync(join(name.parentPath, name.name), 'latin1')).not.toMatch(/anna|trading-7|slip/);
    const beside = createDetailsReader(made.archive.dir);
    expect(entry === undefined ? null : await beside.of(entry)).toEqual({ user: 'anna', host: 'trading-7', reason: 'a slip of the pen' });
    expect(await checked(made)).toEqual([]);
  });

  test('of the same person has the same pseudonym in every run, and another one once the secret was destroyed', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    for (const actor of [anna, bert, anna]) {
      const log = await open(made, () => actor);
      await log.append(anyType('deed'), {});
      await log.close();
    }
    rmSync(pseudonymFile(made.keys, made.archive.id));
    const log = await open(made);
    await log.append(anyType('deed'), {});
    await log.close();
    const [first, second, third, fourth] = (await entriesOf(made)).slice(1).map(({ detail }) => String(detail.who));
    expect(third).toBe(first);
    expect(second).not.toBe(first);
    // The first part shows that the secret is another one.
    expect(second?.slice(0, 8)).toBe(first?.slice(0, 8));
    expect(fourth?.slice(0, 8)).not.toBe(first?.slice(0, 8));
  });

  test('is not written if its details cannot be stored, and the log is unchanged', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made);
    writeFileSync(join(made.log, 'details'), 'in the way');
    await expect(log.append(anyType('deed'), {})).rejects.toMatchObject({ code: 'A107' });
    rmSync(join(made.log, 'details'));
    await log.append(anyType('later'), {});
    await log.close();
    expect((await entriesOf(made)).map(({ type }) => type)).toEqual(['archive-created', 'later']);
    expect(await checked(made)).toEqual([]);
  });

  test('is not written with an invalid secret', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    writeFileSync(pseudonymFile(made.keys, made.archive.id), 'short');
    const log = await open(made);
    await expect(log.append(anyType('deed'), {})).rejects.toMatchObject({ code: 'L127' });
    await log.close();
  });

  test('does not copy the details of an entry that it repeats', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made);
    await log.append(anyType('deed'), { count: 1 });
    await log.appendAll([{ type: anyType('again'), detail: { ...(await entriesOf(made))[1]?.detail }, actor: null }]);
    await log.close();
    expect((await entriesOf(made)).at(-1)?.detail).toEqual({ count: 1 });
  });
});

describe('details beside entries', () => {
  test('of a long run share a line in each file', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made);
    await log.appendAll(Array.from({ length: 600 }, (_, at) => ({ type: anyType('t'), detail: { at } })));
    await log.close();
    const lines = [0, 1, 2].map(
      (bundle) =>
        readFileSync(join(made.archive.dir, detailsFile(bundle)), 'utf8')
          .trimEnd()
          .split('\n').length,
    );
    expect(lines).toEqual([1, 1, 1]);
    expect(await checked(made)).toEqual([]);
    expect(judgedByPython(made)).toEqual({ code: 0, lines: [] });
  });

  test('that were altered or are missing are reported, by check.py as well', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made);
    await log.append(anyType('deed'), {}, { reason: 'one' });
    await log.append(anyType('deed'), {}, { reason: 'two' });
    await log.close();
    const file = join(made.archive.dir, detailsFile(0));
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, `${whole}\n`);
    expect((await checked(made)).map(({ code, message }) => `${code} ${message}`)).toEqual([
      'L124 the details have an empty line, which longplay never writes',
    ]);
    writeFileSync(file, whole.replace('anna', 'eva1'));
    expect((await checked(made)).map(({ code, place, message }) => `${code} ${place} ${message}`)).toEqual([
      'L124 log/details/000/000000.jsonl the details of entry 2 were altered',
    ]);
    expect(judgedByPython(made)).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^ALTERED log\/details\/000\/000000\.jsonl: .* 1 entry, the first is entry 2,/)],
    });
    writeFileSync(file, `${whole.split('\n')[1]}\n`);
    expect((await checked(made)).map(({ code }) => code)).toEqual(['L125']);
    rmSync(file);
    expect((await checked(made)).map(({ message }) => message)).toEqual([
      'the details of 2 entries, the first is entry 2, are missing, and no entry says that they were erased',
    ]);
    expect(judgedByPython(made)).toMatchObject({ code: 1, lines: [expect.stringContaining('2 entries')] });
  });

  test('stay intact after a line that a killed run began', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const first = await open(made);
    await first.append(anyType('deed'), {});
    await first.close();
    appendFileSync(join(made.archive.dir, detailsFile(0)), '{"host":"trading-7","sa');
    const second = await open(made);
    await second.append(anyType('deed'), {});
    await second.close();
    expect(await checked(made)).toEqual([]);
    expect(judgedByPython(made).code).toBe(0);
  });

  test('in a file that is a link are not written through the link', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made);
    const target = join(folder.path, 'elsewhere');
    writeFileSync(target, '');
    mkdirSync(join(made.log, 'details/000'), { recursive: true });
    symlinkSync(target, join(made.archive.dir, detailsFile(0)));
    await expect(log.append(anyType('deed'), {})).rejects.toMatchObject({ code: 'A107' });
    await log.close();
    expect(readFileSync(target, 'utf8')).toBe('');
  });
});

describe('deliberately erased details', () => {
  test('are removed from the disk, and not reported missing; those of others stay', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made, () => null);
    await log.appendAll([
      { type: anyType('deed'), detail: {}, actor: anna, details: { reason: 'the first' } },
      { type: anyType('deed'), detail: {}, actor: bert },
      { type: 'sessions-ended', detail: {}, actor: bert, of: 'anna', details: { userEnded: 'anna' } },
      { type: anyType('deed'), detail: {}, actor: anna },
    ]);
    expect(await forget(made, log, 'anna')).toBe(3);
    await log.close();
    const text = readFileSync(join(made.archive.dir, detailsFile(0)), 'utf8');
    expect(text).not.toContain('anna');
    expect(text).toContain('bert');
    expect(await checked(made)).toEqual([]);
    expect(judgedByPython(made)).toEqual({ code: 0, lines: [] });
  });

  test('of everybody up to an entry: later ones stay, and are reported if they vanish', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made);
    for (const reason of ['one', 'two', 'three']) await log.append(anyType('deed'), {}, { reason });
    expect(await forget(made, log, null, 3)).toBe(2);
    await log.close();
    const file = join(made.archive.dir, detailsFile(0));
    expect(readFileSync(file, 'utf8')).toMatch(/^[^\n]*"three"[^\n]*\n[^\n]*"asked for it"[^\n]*\n$/);
    writeFileSync(file, '');
    expect((await checked(made)).map(({ code, message }) => `${code} ${message}`)).toEqual([
      'L125 the details of 2 entries, the first is entry 4, are missing, and no entry says that they were erased',
    ]);
    expect(judgedByPython(made).lines).toEqual([expect.stringContaining('2 entries, the first is entry 4,')]);
  });

  test('include the remains of stopped runs, and not the lines that a resuming run needs', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const [running, other] = [await open(made), await open(made)];
    await running.append(anyType('deed'), {});
    appendFileSync(join(made.archive.dir, detailsFile(0)), '{"left":"by a killed run"}\n');
    await forget(made, other, 'anna');
    await other.close();
    // Its shared line is gone: it writes another.
    await running.append(anyType('deed'), {});
    await running.close();
    expect(await checked(made)).toEqual([]);
    expect(readFileSync(join(made.archive.dir, detailsFile(0)), 'utf8')).not.toContain('killed run');
  });

  test('are reported if they come back, even after those that another login name gave the same account', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made);
    for (const login of ['anna', 'bert', 'carl', 'bert']) {
      const actor = { user: 'night', login, host: 'h' };
      await log.appendAll([{ type: anyType('deed'), detail: {}, actor }]);
    }
    const file = join(made.archive.dir, detailsFile(0));
    const before = readFileSync(file, 'utf8');
    expect(await forget(made, log, 'bert')).toBe(2);
    await log.close();
    expect(await checked(made)).toEqual([]);
    // As before, with the two lines of the erasure after it.
    writeFileSync(file, `${before}${readFileSync(file, 'utf8').trimEnd().split('\n').slice(-2).join('\n')}\n`);
    expect((await checked(made)).map(({ code }) => code)).toEqual(['L129']);
  });

  test('are those in which the name is also the login, and no others of the account that did them', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made, () => null);
    const night = (login: string) => ({ type: anyType('deed'), detail: {}, actor: { user: 'night', login, host: 'h' } });
    const by = { type: anyType('deed'), detail: {}, actor: bert };
    await log.appendAll([night('anna'), by, night('anna'), night('carl'), night('anna'), by]);
    expect(await forget(made, log, 'anna')).toBe(3);
    expect((await entriesOf(made)).flatMap(({ detail: { fromSeq, toSeq } }) => (fromSeq === undefined ? [] : [[fromSeq, toSeq]]))).toEqual([
      [2, 4],
      [6, 6],
    ]);
    await log.close();
    const text = readFileSync(join(made.archive.dir, detailsFile(0)), 'utf8');
    expect(text).not.toContain('anna');
    expect(text.match(/carl|bert/g)).toEqual(['bert', 'carl']);
    expect(await checked(made)).toEqual([]);
    expect(judgedByPython(made)).toEqual({ code: 0, lines: [] });
  });

  test('keep who erased earlier, and why, until that person is erased; an entry of an earlier build without details says so', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made, () => bert);
    await log.appendAll([{ type: anyType('deed'), detail: {}, actor: anna }]);
    await forget(made, log, 'anna');
    await forget(made, log, null);
    const file = join(made.archive.dir, detailsFile(0));
    expect(readFileSync(file, 'utf8').match(/asked for it/g)).toHaveLength(2);
    expect(await checked(made)).toEqual([]);
    // They are reported missing like all details that nobody erased.
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, '');
    expect((await checked(made)).map(({ message }) => message)).toEqual([expect.stringContaining('2 entries')]);
    expect(judgedByPython(made).lines).toEqual([expect.stringContaining('2 entries')]);
    writeFileSync(file, whole);
    await forget(made, log, 'bert');
    expect(readFileSync(file, 'utf8').match(/asked for it/g)).toHaveLength(1);
    await log.append('details-forgotten', { of: null, fromSeq: 1, toSeq: 1_000 });
    await log.close();
    writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)}\n`);
    expect(await checked(made)).toEqual([]);
    expect(judgedByPython(made)).toEqual({ code: 0, lines: [] });
  });

  test('are not reported missing once somebody acknowledged the loss; others that vanish later are', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made);
    for (const reason of ['one', 'two', 'three']) await log.append(anyType('deed'), {}, { reason });
    const file = join(made.archive.dir, detailsFile(0));
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    writeFileSync(file, `${lines[1]}\n`);
    const lost = await findLost(made.archive, () => all(made));
    expect(lost).toEqual({
      entries: 2,
      runs: [
        { fromSeq: 2, toSeq: 2 },
        { fromSeq: 4, toSeq: 4 },
      ],
    });
    await acknowledgeLost(log, lost, 'the disk failed');
    expect(await checked(made)).toEqual([]);
    expect(judgedByPython(made)).toEqual({ code: 0, lines: [] });
    // A line that is found again is not an erased one that came back.
    appendFileSync(file, `${lines[0]}\n`);
    expect(await checked(made)).toEqual([]);
    writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(1).join('\n'));
    expect((await checked(made)).map(({ message }) => message)).toEqual([expect.stringContaining('entry 3 are missing')]);
    await log.close();
  });

  test('with one word of a forged entry do not cover later entries', async () => {
    using folder = temporaryFolder();
    const made = await newArchive(folder.path);
    const log = await open(made);
    await log.append('details-forgotten', { of: null, fromSeq: 1, toSeq: 1_000_000 });
    await log.append(anyType('deed'), {}, { reason: 'later' });
    await log.close();
    rmSync(join(made.archive.dir, detailsFile(0)));
    expect((await checked(made)).map(({ message }) => message)).toEqual([expect.stringContaining('2 entries, the first is entry 2,')]);
  });
});
