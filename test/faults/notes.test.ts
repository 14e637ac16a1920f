import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSmallImport, type SmallImport } from './small-import.ts';
import { buildTrap, type Strike } from './trap.ts';
import { patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();

describe.skipIf(typeof trap === 'string')(`a note${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let work: SmallImport;
  let archive: string;
  let recording: string;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
    archive = work.newArchive();
    expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
    const bag = join(archive, 'bags', '2019', readdirSync(join(archive, 'bags', '2019'))[0] ?? '');
    recording = readdirSync(join(bag, 'data')).find((name) => /^[0-9a-f-]{36}$/.test(name)) ?? '';
    for (const text of ['kept as it is', 'secret one', 'to be withdrawn']) {
      const { code, stdout } = await work.run(['note', 'add', archive, recording, text, '--as', 'anna']);
      expect(code).toBe(0);
      ids[text] = /^Note ([0-9a-f]{16})/m.exec(stdout)?.[1] ?? '';
    }
  });
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  let copies = 0;
  function copyOfArchive(): string {
    const copy = work.rig.path(`notes-${++copies}`);
    cpSync(archive, copy, { recursive: true, preserveTimestamps: true });
    return copy;
  }
  const details = (copy: string): string => readFileSync(join(copy, 'log/details/000/000000.jsonl'), 'utf8');

  it.each([
    {
      name: 'added',
      command: (copy: string) => ['note', 'add', copy, recording, 'said again', '--as', 'anna'],
      done: (listed: string, file: string) => listed.includes('said again') && file.includes('said again'),
    },
    {
      name: 'withdrawn',
      command: (copy: string) => ['note', 'withdraw', copy, ids['to be withdrawn'] ?? '', '--reason', 'of another call'],
      done: (listed: string) => listed.includes('WITHDRAWN: to be withdrawn'),
    },
    {
      name: 'erased',
      command: (copy: string) => ['note', 'erase', copy, ids['secret one'] ?? '', '--reason', 'names a patient', '--yes'],
      done: (listed: string, file: string) =>
        !listed.includes('secret one') && !file.includes('secret one') && listed.includes('(erased on request: entry '),
    },
  ])(
    'that is $name by a run that is killed or refused at any call is so after the same command again, and nothing else is lost',
    async ({ name, command, done }) => {
      const whole = copyOfArchive();
      const first = await work.trapped(command(whole), [whole], undefined, work.machineOf(whole));
      expect(first, first.stderr).toMatchObject({ code: 0 });
      expect(first.calls.length).toBeGreaterThan(3);
      const complaints = async function* (strike: Strike): AsyncGenerator<string> {
        const copy = copyOfArchive();
        const machine = work.machineOf(copy);
        const call = first.calls[(strike.at ?? 0) - 1];
        const where = `${strike.act} at call ${strike.at} (${call?.kind} ${basename(call?.path ?? '')}): `;
        const { code, stderr } = await work.trapped(command(copy), [copy], strike, machine);
        if (code !== null && ![0, 5].includes(code)) yield `${where}ended with ${code}: ${stderr}`;
        const look = await work.run(['note', 'list', copy, '--withdrawn'], machine);
        if (!look.stdout.includes('kept as it is')) yield `${where}another note is gone: ${look.stdout}${look.stderr}`;
        const next = await work.run(command(copy), machine);
        // A withdrawal before the kill is not repeated.
        if (next.code !== 0 && !(name === 'withdrawn' && next.stderr.includes('N102')))
          yield `${where}the next run ended with ${next.code}: ${next.stderr}`;
        const listed = await work.run(['note', 'list', copy, '--withdrawn'], machine);
        if (!done(listed.stdout, details(copy)) || !listed.stdout.includes('kept as it is')) yield `${where}it is not ${name}: ${listed.stdout}`;
        const verified = await work.run(['verify', copy], machine);
        if (verified.code !== 0) yield `${where}verify: ${verified.code} ${verified.stdout}${verified.stderr}`;
        const judged = await work.rig.exec('python3', ['check.py'], copy);
        if (judged.code !== 0) yield `${where}check.py: ${judged.code} ${judged.stdout}`;
        work.remove(copy);
      };
      const numbers = upTo(first.calls.length);
      expect(await trials(spread(numbers, 2), (at) => complaints({ at, act: 'kill' }))).toEqual([]);
      expect(await trials(spread(numbers, 1), (at) => complaints({ at, act: 'tear' }))).toEqual([]);
      expect(await trials(spread(numbers, 1), (at) => complaints({ at, act: 'EIO' }))).toEqual([]);
      expect(await trials(spread(numbers, 1), (at) => complaints({ at, act: 'ENOSPC', every: true }))).toEqual([]);
    },
    patience,
  );
});
