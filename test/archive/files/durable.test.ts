import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  appendDurable,
  landFolder,
  makeFolderDurable,
  syncFolder,
  syncTree,
  temporaryPrefix,
  writeDurable,
  writeDurableNew,
} from '../../../src/archive/files/durable.ts';
import { calm, temporaryFolder } from '../rig.ts';

describe('a file that is placed durably', () => {
  it('replaces the older one and leaves nothing else behind', async () => {
    using folder = temporaryFolder();
    await writeDurable(join(folder.path, 'f'), 'old');
    await writeDurable(join(folder.path, 'f'), Buffer.from('new'));
    expect(readdirSync(folder.path)).toEqual(['f']);
    expect(readFileSync(join(folder.path, 'f'), 'utf8')).toBe('new');
  });
  it('is reported with its path if it cannot be placed, and its temporary file is removed', async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, 'f'));
    await expect(writeDurable(join(folder.path, 'f'), 'x')).rejects.toMatchObject({
      code: 'A107',
      kind: 'incomplete',
      message: expect.stringContaining(join(folder.path, 'f')),
    });
    await expect(writeDurable(join(folder.path, 'absent/f'), 'x')).rejects.toMatchObject({ code: 'A107' });
    expect(readdirSync(folder.path)).toEqual(['f']);
  });
  it('for the first time is placed by exactly one of many that try at once', async () => {
    using folder = temporaryFolder();
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => writeDurableNew(join(folder.path, 'f'), `${index}`)));
    const winner = results.indexOf(true);
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(join(folder.path, 'f'), 'utf8')).toBe(`${winner}`);
    expect(readdirSync(folder.path)).toEqual(['f']);
  });
});

describe('appended bytes', () => {
  it('are all written if the system takes only a few at a time', async () => {
    using folder = temporaryFolder();
    const handle = await open(join(folder.path, 'f'), 'w');
    const few = new Proxy(handle, {
      get: (target, name) => {
        if (name === 'write')
          return (bytes: Uint8Array, offset: number, length: number, at: number | null) => target.write(bytes, offset, Math.min(3, length), at);
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    await appendDurable(few, 'a sentence of some length');
    await appendDurable(few, 'A SEN', 0);
    await handle.close();
    expect(readFileSync(join(folder.path, 'f'), 'utf8')).toBe('A SENtence of some length');
  });
  it('are an error if the system takes none', async () => {
    using folder = temporaryFolder();
    const handle = await open(join(folder.path, 'f'), 'w');
    const none = new Proxy(handle, { get: (target, name) => (name === 'write' ? async () => ({ bytesWritten: 0 }) : Reflect.get(target, name)) });
    await expect(appendDurable(none, 'x')).rejects.toMatchObject({ code: 'A107' });
    await handle.close();
  });
});

describe('a tree', () => {
  it.each([3, 200])('of %i files is synced without following links', async (count) => {
    using folder = temporaryFolder();
    for (let index = 0; index < count; index++) {
      mkdirSync(join(folder.path, `d${index % 7}/e`), { recursive: true });
      writeFileSync(join(folder.path, `d${index % 7}/e/${index}`), 'x');
    }
    symlinkSync('/nonexistent', join(folder.path, 'link'));
    await syncTree(folder.path, calm);
    await syncFolder(folder.path);
  });
  it('is not synced for a caller that was aborted', async () => {
    using folder = temporaryFolder();
    await expect(syncTree(folder.path, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('a folder', () => {
  it('is created with its missing parents, and may exist already', async () => {
    using folder = temporaryFolder();
    await makeFolderDurable(join(folder.path, 'a/b/c'));
    await makeFolderDurable(join(folder.path, 'a/b/c'));
    expect(existsSync(join(folder.path, 'a/b/c'))).toBe(true);
  });
  it('lands whole, and never on a name that is taken', async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, 'from/x'), { recursive: true });
    await landFolder(join(folder.path, 'from'), join(folder.path, 'a/to'));
    expect(readdirSync(join(folder.path, 'a/to'))).toEqual(['x']);
    mkdirSync(join(folder.path, 'again'));
    writeFileSync(join(folder.path, 'a/file'), '');
    for (const taken of ['to', 'file'])
      await expect(landFolder(join(folder.path, 'again'), join(folder.path, 'a', taken))).rejects.toMatchObject({ code: 'A106' });
    await expect(landFolder(join(folder.path, 'absent'), join(folder.path, 'a/new'))).rejects.toMatchObject({ code: 'A107' });
  });
  it('has temporary names that are not mistaken for a bag', () => {
    expect(temporaryPrefix.startsWith('.')).toBe(true);
  });
});
