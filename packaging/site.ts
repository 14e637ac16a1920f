import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { run } from './build.ts';

// The documentation as a site that opens from the file system, without a server. mdBook makes the site from README.md, docs/ and the files that these link to.

/** The pages from which all others are reached. */
const start = { project: 'README.md', index: 'docs/README.md' } as const;

/** Pages and other files of the site, by their paths from the root of the project. */
interface SiteFiles {
  readonly pages: readonly string[];
  readonly files: readonly string[];
}

/** Builds the site into the folder `out`, which is replaced. `work` is a folder for what mdBook reads. @throws CannotBuild where mdBook is missing or fails */
export function makeSite(root: string, out: string, work: string): void {
  const { pages, files } = siteFiles(root);
  const source = join(work, 'site-source');
  rmSync(source, { recursive: true, force: true });
  for (const page of pages) write(join(source, 'src', asIndex(page)), withIndexLinks(root, page, readFileSync(join(root, page), 'utf8')));
  for (const file of files) cpSync(join(root, file), join(source, 'src', file));
  write(join(source, 'src/SUMMARY.md'), contents(root, pages));
  write(join(source, 'book.toml'), settings);
  write(join(source, 'site.css'), style);
  rmSync(out, { recursive: true, force: true });
  run('mdbook', ['build', source, '--dest-dir', out]);
  removeMissingScripts(out);
  removeOldFonts(join(out, 'FontAwesome/fonts'));
}

/** Without fonts and the print page, which the site does not need. */
const settings = `[book]
title = "longplay"
language = "en"
src = "src"

[build]
create-missing = false

[output.html]
default-theme = "light"
preferred-dark-theme = "navy"
no-section-label = true
copy-fonts = false
additional-css = ["site.css"]

[output.html.print]
enable = false

[output.html.search]
heading-split-level = 3
`;

/** The theme follows the reader's system, so it needs no menu. */
const style = `#theme-toggle, #theme-list { display: none; }
:root { --content-max-width: 60rem; }
table { margin-inline: 0; }
`;

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Follows links starting at the first pages. A link to a folder leads to its README.md. */
function siteFiles(root: string): SiteFiles {
  const pages: string[] = [start.project, start.index];
  const files = new Set<string>();
  for (const page of pages)
    for (const target of targetsOf(root, page)) {
      if (!target.endsWith('.md')) files.add(target);
      else if (!pages.includes(target)) pages.push(target);
    }
  return { pages, files: [...files] };
}

const link = /(\]\()([^)\s#]+)((?:#[^)\s]*)?\))/g;

/** Returns the files and pages that a page links to and that exist, by their paths from the root. */
function targetsOf(root: string, page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(link)].flatMap(([, , path = '']) => {
    const target = resolved(root, page, path);
    return target === null ? [] : [target];
  });
}

/** Returns the file that a link leads to, or null if it leads outside of the project. */
function resolved(root: string, page: string, path: string): string | null {
  if (/^[a-z]+:/.test(path)) return null;
  const target = posix.normalize(posix.join(posix.dirname(page), path)).replace(/\/$/, '');
  if (target.startsWith('..') || !existsSync(join(root, target))) return null;
  if (!statSync(join(root, target)).isDirectory()) return target;
  return existsSync(join(root, target, 'README.md')) ? `${target}/README.md` : null;
}

/** README.md is the index page of a folder. */
function asIndex(page: string): string {
  return page.replace(/(^|\/)README\.md$/, '$1index.md');
}

function withIndexLinks(root: string, page: string, text: string): string {
  return text.replace(link, (all, open: string, path: string, rest: string) => {
    const target = resolved(root, page, path);
    return target?.endsWith('.md') ? `${open}${posix.relative(posix.dirname(page), asIndex(target))}${rest}` : all;
  });
}

/** The table of contents: sections in the order of docs/README.md; pages not listed there come last. */
function contents(root: string, pages: readonly string[]): string {
  const lines = ['# Summary', '', entry(root, start.project, 'longplay'), entry(root, start.index, 'Documentation')];
  const named = new Set<string>([start.project, start.index]);
  for (const section of readFileSync(join(root, start.index), 'utf8').split(/^## /m).slice(1)) {
    lines.push('', `# ${section.split(/[:\n]/)[0]}`, '');
    for (const [, , path = ''] of section.matchAll(link)) {
      const page = resolved(root, start.index, path);
      if (page === null || !page.endsWith('.md') || named.has(page)) continue;
      named.add(page);
      lines.push(`- ${entry(root, page)}`);
    }
  }
  const others = pages.filter((page) => !named.has(page)).sort();
  if (others.length > 0) lines.push('', '# The project', '', ...others.map((page) => `- ${entry(root, page)}`));
  return `${lines.join('\n')}\n`;
}

/** Returns a link to a page whose text is the title of the page. */
function entry(root: string, page: string, title = titleOf(readFileSync(join(root, page), 'utf8'), page)): string {
  return `[${title}](${asIndex(page)})`;
}

function titleOf(text: string, page: string): string {
  return (/^# (.+)$/m.exec(text)?.[1] ?? page).replace(/[[\]`]/g, '');
}

/** Debian's mdBook comes without `book.js`, which colours and copies code. The scripts that only `book.js` uses are removed too. */
function removeMissingScripts(out: string): void {
  if (existsSync(join(out, 'book.js'))) return;
  const unused = ['highlight.js', 'clipboard.min.js'];
  for (const name of unused) rmSync(join(out, name), { force: true });
  const tag = new RegExp(`\\s*<script src="[^"]*\\b(?:${['book.js', ...unused].join('|').replaceAll('.', '\\.')})"></script>`, 'g');
  for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.html')) writeFileSync(join(out, name), readFileSync(join(out, name), 'utf8').replace(tag, ''));
}

/** Every browser that can run the search reads WOFF2; the other formats of the icon font are for older browsers. */
function removeOldFonts(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (!name.endsWith('.woff2')) rmSync(join(folder, name));
}
