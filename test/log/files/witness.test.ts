import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changeKey } from '../../../src/log/change-key.ts';
import { sendToWitness } from '../../../src/log/files/witness.ts';
import { openLog } from '../../../src/log/log.ts';
import type { PipelineEvent } from '../../../src/pipeline/events/events.ts';
import { type LogExpectations, type LogReport, verifyLog } from '../../../src/pipeline/log/archive-log.ts';
import { calm, temporaryFolder } from '../../archive/rig.ts';
import { anyType } from '../any-type.ts';
import { newArchive, now } from '../rig.ts';

async function verified(dir: string, expected: Omit<LogExpectations, 'now'>): Promise<LogReport & { codes: string[] }> {
  const codes: string[] = [];
  const events: AsyncGenerator<PipelineEvent, LogReport> = verifyLog(dir, { now, ...expected }, calm);
  for (let next = await events.next(); ; next = await events.next()) {
    if (next.done === true) return { ...next.value, codes };
    if (next.value.type === 'finding') codes.push(next.value.code);
  }
}

async function enter(archive: { readonly dir: string; readonly id: string }, keys: string, entries: number): Promise<void> {
  const log = await openLog(archive, { now, keys });
  await log.appendAll(Array.from({ length: entries }, () => ({ type: anyType('t'), detail: {} })));
  await log.close();
}

describe('a witness', () => {
  it('keeps its state if the new text is not a checkpoint, cannot be one, or has another history', async () => {
    using folder = temporaryFolder();
    const { archive, keys } = await newArchive(folder.path);
    const file = join(folder.path, 'witness');
    await sendToWitness(archive, { kind: 'path', path: file }, calm);
    await enter(archive, keys, 3);
    await sendToWitness(archive, { kind: 'path', path: file }, calm);
    expect(readFileSync(file)).toEqual(readFileSync(join(archive.dir, 'log/checkpoint')));
    for (const kept of ['', 'a letter', 'x'.repeat(1_000_000)]) {
      writeFileSync(file, kept);
      await expect(sendToWitness(archive, { kind: 'path', path: file }, calm)).rejects.toMatchObject({ code: 'L112' });
      expect(readFileSync(file, 'utf8')).toBe(kept);
    }
  });

  it('that is a program signs by adding a signature; returning its input is not a signature', async () => {
    using folder = temporaryFolder();
    const { archive } = await newArchive(folder.path);
    expect(await sendToWitness(archive, { kind: 'command', command: ['cat'] }, calm)).toMatchObject({ cosignatures: 0 });
    const line = `— witness.example ${Buffer.alloc(76, 7).toString('base64')}`;
    const twice = ['sh', '-c', `cat; echo "${line}"; echo "${line}"; echo thanks`];
    expect(await sendToWitness(archive, { kind: 'command', command: twice }, calm)).toMatchObject({ cosignatures: 1 });
    const [kept = ''] = readdirSync(join(archive.dir, 'log/witness'));
    expect(readFileSync(join(archive.dir, 'log/witness', kept), 'utf8')).toBe(
      `${readFileSync(join(archive.dir, 'log/checkpoint'), 'utf8')}${line}\n`,
    );
  });
});

describe('an older checkpoint', () => {
  it('is compared with the log across a change of keys, with only the newest key', async () => {
    using folder = temporaryFolder();
    const { archive, keys, log } = await newArchive(folder.path);
    await enter(archive, keys, 300);
    const since = join(folder.path, 'older');
    cpSync(join(log, 'checkpoint'), since);
    const { key } = await changeKey(archive, { now, keys }, 'rotate', calm);
    await enter(archive, keys, 300);
    expect(await verified(archive.dir, { keys, key, since })).toMatchObject({ codes: [], errors: 0, continues: 301, entries: 602 });
    // A machine without stored state, and truncated tiles: that is reported, and the rest as well.
    const nothing = join(folder.path, 'nothing');
    mkdirSync(nothing);
    truncateSync(join(log, 'tile/0/001'), 320);
    const cut = await verified(archive.dir, { keys: nothing, key, since });
    expect(cut.codes).toEqual(expect.arrayContaining(['A112', 'L105']));
    expect(cut).toMatchObject({ continues: null });
    expect(readdirSync(nothing)).toEqual([]);
    rmSync(join(log, 'checkpoint'));
    expect(await verified(archive.dir, { keys: nothing, key, since })).toMatchObject({ continues: null, errors: expect.any(Number) });
  });
});
