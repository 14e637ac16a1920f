import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../cli/rig.ts';
import { allPages } from './all-pages.ts';

// Links between pages: every relative link has its file and its heading, and docs/README.md leads to every page.

interface Link {
  readonly page: string;
  /** Path from the root. */
  readonly target: string;
  readonly heading: string | null;
}

const others = ['CHANGELOG.md', 'formats/README.md', 'importers/README.md'].filter((page) => existsSync(join(root, page)));
const links = [...allPages(), ...others].flatMap((page) => linksOf(page, readFileSync(join(root, page), 'utf8')));

function linksOf(page: string, text: string): Link[] {
  const prose = text.replace(/^ *```.*?^ *```/gms, '').replace(/`[^`\n]*`(?!\])/g, '');
  return [...prose.matchAll(/\]\(([^)\s#]*)(?:#([^)\s]*))?\)/g)].flatMap(([, path = '', heading]) =>
    /^[a-z]+:/.test(path) ? [] : [{ page, target: path === '' ? page : posix.join(dirname(page), path), heading: heading ?? null }],
  );
}

/** Ids of the headings of a page, as GitHub gives them. */
function headings(page: string): Set<string> {
  const ids = new Set<string>();
  for (const [, title = ''] of readFileSync(join(root, page), 'utf8').matchAll(/^#+ (.*)$/gm)) {
    const id = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    ids.add(id);
  }
  return ids;
}

test('every relative link of the pages leads to an existing file and heading', () => {
  expect(links.length).toBeGreaterThan(300);
  const lost = links.flatMap(({ page, target, heading }) => {
    if (!existsSync(join(root, target))) return [`${page}: ${target}`];
    return heading !== null && target.endsWith('.md') && !headings(target).has(heading) ? [`${page}: ${target}#${heading}`] : [];
  });
  expect(lost).toEqual([]);
});

test('docs/README.md leads to every page, or to the index of its folder', () => {
  const led = new Set(links.flatMap(({ page, target }) => (page === 'docs/README.md' ? [target] : [])));
  const withoutWay = allPages().filter((page) => page.startsWith('docs/') && page !== 'docs/README.md' && !led.has(page));
  expect(withoutWay.filter((page) => !led.has(posix.join(dirname(page), 'README.md')))).toEqual([]);
});
