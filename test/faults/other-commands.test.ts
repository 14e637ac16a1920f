import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../cli/rig.ts';
import { createSmallImport, type Outcome, outcomeOf, type SmallImport, untouched, wave } from './small-import.ts';
import { buildTrap, type Strike } from './trap.ts';
import { differences, patience, spread, trials, upTo } from './trials.ts';

const trap = buildTrap();

describe.skipIf(typeof trap === 'string')(`a command other than the import${typeof trap === 'string' ? ` (skipped: ${trap})` : ''}`, () => {
  let work: SmallImport;
  let archive: string;
  let expected: Outcome;
  let prompts: string;

  beforeAll(async () => {
    work = createSmallImport(typeof trap === 'string' ? null : trap);
    archive = work.newArchive();
    expect(await work.run(work.args(archive))).toMatchObject({ code: 0 });
    expected = await outcomeOf(archive);
    prompts = work.rig.path('prompts');
    mkdirSync(join(prompts, 'sub'), { recursive: true });
    for (const [at, name] of ['one.wav', 'sub/one.wav', 'sub/two.wav'].entries()) writeFileSync(join(prompts, name), wave(2_000 + at, 300 + at));
  });
  afterAll(async () => {
    await work?.[Symbol.asyncDispose]();
    if (typeof trap !== 'string') trap[Symbol.dispose]();
  });

  let copies = 0;
  function copyOfArchive(): string {
    const copy = work.rig.path(`copy-${++copies}`);
    cpSync(archive, copy, { recursive: true, preserveTimestamps: true });
    return copy;
  }

  it(
    'verify without a key changes nothing and writes nothing',
    async () => {
      const copy = copyOfArchive();
      const before = untouched(copy);
      const whole = await work.trapped(['verify', copy, '--play'], [copy], undefined, work.visitor);
      expect(whole).toMatchObject({ code: 0 });
      expect(whole.calls).toEqual([]);
      expect(untouched(copy)).toEqual(before);
    },
    patience,
  );

  it(
    'catalog rebuild that is killed at any call is completed by the next run',
    async () => {
      const command = (folder: string): string[] => ['catalog', 'rebuild', folder];
      const whole = await work.trapped(command(archive), [archive]);
      expect(whole).toMatchObject({ code: 0 });
      const complaints = async function* (strike: Strike): AsyncGenerator<string> {
        const copy = copyOfArchive();
        const where = `${strike.act} at call ${strike.at} (${whole.calls[(strike.at ?? 0) - 1]?.kind}): `;
        const { code, stderr } = await work.trapped(command(copy), [copy], strike);
        if (code !== null && ![0, 5].includes(code)) yield `${where}ended with ${code}: ${stderr}`;
        const listed = await work.run(['list', copy]);
        if (listed.code !== 0 || !listed.stdout.includes('3 recordings')) yield `${where}list: ${listed.code} ${listed.stdout}${listed.stderr}`;
        const next = await work.run(command(copy));
        if (next.code !== 0) yield `${where}the next run ended with ${next.code}: ${next.stderr}`;
        for (const difference of differences(await outcomeOf(copy), expected)) yield `${where}${difference}`;
        work.remove(copy);
      };
      const numbers = spread(upTo(whole.calls.length), 2);
      expect(await trials(numbers, (at) => complaints({ at, act: 'kill' }))).toEqual([]);
      expect(await trials(spread(upTo(whole.calls.length), 1), (at) => complaints({ at, act: 'ENOSPC' }))).toEqual([]);
    },
    patience,
  );

  for (const { name, command, most } of [
    { name: 'export', command: (out: string) => ['export', archive, '--all', '--take', 'both', '--out', out], most: 2 },
    { name: 'convert', command: (out: string) => ['convert', prompts, '--out', out, '-j', '2'], most: 2 },
  ]) {
    it(
      `${name} that is killed or refused at any call is finished by the next run, byte for byte, and lists only complete files`,
      async () => {
        const whole = work.rig.path(`${name}-whole`);
        const first = await work.trapped(command(whole), [whole]);
        expect(first).toMatchObject({ code: 0 });
        const files = fingerprint(whole);
        const complaints = async function* (strike: Strike): AsyncGenerator<string> {
          const out = work.rig.path(`${name}-${strike.act}-${strike.at}`);
          const call = first.calls[(strike.at ?? 0) - 1];
          const where = `${strike.act} at call ${strike.at} (${call?.kind} ${basename(call?.path ?? '')}): `;
          const { code, stderr } = await work.trapped(command(out), [out], strike);
          if (code !== null && ![0, 5].includes(code)) yield `${where}ended with ${code}: ${stderr}`;
          if (code === 5 && !stderr.includes('next: ')) yield `${where}it does not say what to do next: ${stderr}`;
          yield* falselyListed(work, out, where);
          const next = await work.run(command(out));
          if (next.code !== 0) yield `${where}the next run ended with ${next.code}: ${next.stderr}`;
          for (const difference of differences({ files: fingerprint(out) }, { files })) yield `${where}${difference}`;
          work.remove(out);
        };
        const numbers = upTo(first.calls.length);
        expect(await trials(spread(numbers, most), (at) => complaints({ at, act: 'kill' }))).toEqual([]);
        expect(await trials(spread(numbers, 1), (at) => complaints({ at, act: 'tear' }))).toEqual([]);
        expect(await trials(spread(numbers, 1), (at) => complaints({ at, act: 'EIO' }))).toEqual([]);
        expect(await trials(spread(numbers, 1), (at) => complaints({ at, act: 'ENOSPC', every: true }))).toEqual([]);
      },
      patience,
    );
  }

  it(
    'convert keeps what a killed run had listed',
    async () => {
      const many = work.rig.path('many');
      mkdirSync(many);
      for (const number of upTo(300)) cpSync(join(work.source, 'a.wav'), join(many, `${String(number).padStart(3, '0')}.wav`));
      const out = work.rig.path('many-out');
      const listed = (): number => readFileSync(join(out, 'manifest-sha256.txt'), 'utf8').split('\n').length - 1;
      const command = ['convert', many, '--out', out, '-j', '1'];
      // The manifest is written after its 256th file; later calls belong to the rest. The kill happens half-way through them, because the order of threads varies: a file or two
      // may be made before that write in one run and after it in another.
      const whole = await work.trapped(command, [out]);
      const write = whole.calls.findIndex(({ kind, path }) => kind === 'write' && basename(path) === 'manifest-sha256.txt');
      const at = Math.floor((write + whole.calls.length) / 2);
      work.remove(out);
      expect(await work.trapped(command, [out], { at, act: 'kill' })).toMatchObject({ signal: 'SIGKILL' });
      expect(listed()).toBe(256);
      const next = await work.run([...command, '--json']);
      expect(JSON.parse(next.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ exitCode: 0, converted: 44, kept: 256 });
      expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
    },
    patience,
  );
});

/** Listed files must exist and be right at any moment. */
async function* falselyListed(work: SmallImport, out: string, where: string): AsyncGenerator<string> {
  if (!existsSync(join(out, 'manifest-sha256.txt'))) return;
  const { code, stdout, stderr } = await work.rig.exec('sha256sum', ['--quiet', '-c', 'manifest-sha256.txt'], out);
  if (code !== 0 && !stderr.includes('no properly formatted')) yield `${where}sha256sum: ${stdout}${stderr}`;
}
