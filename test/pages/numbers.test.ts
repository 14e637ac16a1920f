import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../cli/rig.ts';
import { allPages } from './all-pages.ts';
import { problemsOf } from './check-page.ts';
import { code, fact, measured } from './held.ts';
import { pageText, readPage } from './page-text.ts';
import { statedPages } from './stated/index.ts';

// A number in README.md or docs/ comes from the code, from another authority, or from a dated measurement: `stated/` has one list per page, and a number in none of them fails
// here.

/** Pages that a program writes, with the program or the test that compares them: their numbers are right by construction. */
const writtenPages: readonly (readonly [page: string, by: string, names: string])[] = [
  ['docs/reference/findings.md', 'package.json', 'explain --markdown > docs/reference/findings.md'],
  ['docs/reference/formats.md', 'package.json', 'formats --markdown > docs/reference/formats.md'],
  ['docs/reference/importers.md', 'package.json', 'importers --markdown > docs/reference/importers.md'],
  ['docs/reference/environment.md', 'package.json', 'environment --markdown > docs/reference/environment.md'],
  ['docs/reference/log-entries.md', 'package.json', 'explain --entries --markdown > docs/reference/log-entries.md'],
  ['docs/reference/benchmarks.md', 'test/bench/bench.ts', 'docs/reference/benchmarks.md'],
  ['docs/explanation/ten-years.md', 'test/cli/ten-years.test.ts', 'ten-years.md'],
  ['docs/reference/wave-tags.md', 'test/formats/riff/wave-tags.test.ts', 'wave-tags.md'],
];

/** Decision records state figures of their day, and facts of recorders name their sources: later changes of the code do not make them wrong. */
const pages = allPages().filter((page) => !/^docs\/(?:decisions|facts)\//.test(page));

test('every page has its list of numbers, or is written by a program', () => {
  const held = [...statedPages, ...writtenPages].map(([page]) => page);
  expect([...held].sort()).toEqual([...pages].sort());
  for (const [page, by, names] of writtenPages) expect([page, readFileSync(join(root, by), 'utf8').includes(names)]).toEqual([page, true]);
});

test.each(statedPages)('%s states no number that differs from the code, and none without a source', (page, held, file) => {
  expect(problemsOf(readPage(page), held, `test/pages/stated/${file}`)).toEqual([]);
});

test('a number that is wrong, unknown or typed into a list is reported with page, line and the next step', () => {
  const page = pageText(
    'docs/made-up.md',
    '# Made up\n\n- It waits for 30 minutes,\n  and `7` times.\n\n```\n99 bottles\n```\n\n| a | b |\n|---|---|\n| G.711 | 12 |\n\nIt ends with 7.\n',
  );
  expect(problemsOf(page, [code`waits for ${30} minutes`, code`| G.711 | ${13} |`], 'list.ts')).toEqual([
    'docs/made-up.md:12 says "| G.711 | 12 |"; by the code it is "| G.711 | 13 |": correct the page, or the code',
    'docs/made-up.md:14: no command ends with 7: see src/cli/report/exit-code.ts',
  ]);
  expect(problemsOf(page, [...fact('somebody', '| 12 |'), code`about ${6} sheep`], 'list.ts')).toEqual([
    'docs/made-up.md does not say "about 6 sheep", which list.ts takes from the code: correct the words of one of them',
    expect.stringMatching(/^docs\/made-up\.md:3: nobody knows where '30' comes from \("…/),
    'docs/made-up.md:14: no command ends with 7: see src/cli/report/exit-code.ts',
  ]);
  expect(problemsOf(page, [code`waits for 30 minutes`], 'list.ts')[0]).toBe(
    `list.ts has '30' typed into "waits for 30 minutes": take it from the code, or say fact(source, …)`,
  );
  const figures = pageText('docs/made-up.md', '# Made up\n\n## Speed\n\nMeasured: 12 s.\n');
  expect(problemsOf(figures, [measured('## Speed', 'test/bench/none.ts')], 'list.ts')).toEqual([
    'test/bench/none.ts, which is to measure "## Speed" of docs/made-up.md again, is not there: correct list.ts',
    expect.stringContaining('docs/made-up.md:3: figures were measured ("## Speed"), and the section does not say the month or day of it'),
    expect.stringContaining('does not say the machine'),
  ]);
  expect(problemsOf(pageText('a.md', 'Four of 2,000.'), [], 'list.ts').map((each) => /'(.*?)'/.exec(each)?.[1])).toEqual(['Four', '2,000']);
});
