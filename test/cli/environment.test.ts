import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createRig, root } from './rig.ts';

const rig = createRig();
afterAll(async () => await rig[Symbol.asyncDispose]());

/** A variable as `longplay environment --json` lists it. */
interface Variable {
  readonly variable: string;
  readonly meaning?: string;
  readonly options?: readonly string[];
  readonly commands?: readonly string[] | null;
}

async function variables(): Promise<Variable[]> {
  const { lines } = await rig.json(['environment']);
  return lines.flatMap(({ of, value }) => (of === 'variable' ? [value as Variable] : []));
}

test('docs/reference/environment.md equals the list of the program; npm run docs writes it', async () => {
  const { code, stdout } = await rig.run(['environment', '--markdown']);
  expect([code, stdout.trimEnd()]).toEqual([0, readFileSync(join(root, 'docs/reference/environment.md'), 'utf8').trimEnd()]);
});

test('every variable that the sources name is listed', async () => {
  const listed = new Set((await variables()).map(({ variable }) => variable));
  const named = new Set(
    ['bin', 'src', 'formats', 'importers']
      .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').match(/\bLONGPLAY_[A-Z][A-Z_]*[A-Z]\b/g) ?? []),
  );
  expect(named.size).toBeGreaterThan(5);
  expect([...named].filter((name) => !listed.has(name))).toEqual([]);
});

test('a variable is a switch for all commands or for none, and its values have one type', async () => {
  // Output destination: a folder, a file, or either, depending on the command.
  const places = ['folder', 'file', 'path'];
  const kinds = (options: readonly string[]): string[] => [
    ...new Set(options.map((flags) => /[[<]([^\]>.]+)/.exec(flags)?.[1] ?? 'switch').map((kind) => (places.includes(kind) ? 'place' : kind))),
  ];
  const options = (await variables()).filter((each) => each.options !== undefined);
  expect(options.length).toBeGreaterThan(50);
  expect(options.filter((each) => kinds(each.options ?? []).length > 1)).toEqual([]);
});

test('an option with another meaning in one command has a variable of its own there', async () => {
  const of = new Map((await variables()).map((each) => [each.variable, each]));
  expect(of.get('LONGPLAY_STATUS')).toMatchObject({ options: ['--status <status>'] });
  expect(of.get('LONGPLAY_VERIFY_STATUS')).toMatchObject({ options: ['--status'], commands: ['verify'] });
  expect(of.get('LONGPLAY_REPLICA_FROM')).toMatchObject({ options: ['--from <folder>'], commands: ['replica repair'] });
  expect(of.get('LONGPLAY_PLAY_MEDIUM')).toMatchObject({ options: ['--medium <number>'], commands: ['play'] });
  // A status of recordings in an operator's environment is not a switch of the verification.
  const { stderr } = await rig.run(['verify', 'nowhere'], { env: { LONGPLAY_STATUS: 'matched' } });
  expect(stderr).toMatch(/A102 archive unreachable/);
});
