import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../cli/rig.ts';

test('every section of the recorder facts that code cites is in the repository', () => {
  const sections = new Set(
    [...readFileSync(join(root, 'docs/facts/recorders.md'), 'utf8').matchAll(/^### (\d+\.\d+)/gm)].map(([, section]) => section),
  );
  const cited = ['src', 'importers', 'formats'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) =>
        [...readFileSync(join(root, folder, name), 'utf8').matchAll(/recorder facts (\d+\.\d+)/g)].map(([, section]) => [
          `${folder}/${name}`,
          section,
        ]),
      ),
  );
  expect(cited.length).toBeGreaterThan(8);
  expect(cited.filter(([, section = '']) => !sections.has(section))).toEqual([]);
});

test('every decision record is listed, and has its three parts', () => {
  const folder = join(root, 'docs/decisions');
  const names = readdirSync(folder).filter((name) => name !== 'README.md');
  const list = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const name of names) {
    expect(list).toContain(`(${name})`);
    expect(readFileSync(join(folder, name), 'utf8')).toMatch(/\*\*Context\.\*\*[\s\S]*\*\*Decision\.\*\*[\s\S]*\*\*Consequences\.\*\*/);
  }
});
