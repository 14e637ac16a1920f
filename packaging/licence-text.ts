import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Separator between two licence texts. */
export const licenceRule = `\n${'-'.repeat(80)}\n\n`;

/** What package.json states. */
interface About {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly author?: unknown;
  readonly repository?: { readonly url?: unknown };
}

/**
 * Returns name, version and licence of an installed package, and the text of its licence. If the package has none: the text of a package beside it from the same repository
 * under the same licence, else the author.
 */
export function licenceText(folder: string): string {
  const about = aboutPackage(folder);
  const own = textIn(folder);
  return `${about.name} ${about.version} (${about.license})\n\n${own === '' ? textOfSibling(folder, about) : own}\n`;
}

function textOfSibling(folder: string, { name, license, author, repository }: About): string {
  const parent = dirname(folder);
  const url = repository?.url;
  // In a folder of a scope are packages of the same owner; node_modules itself has all.
  const siblings = name.startsWith('@') && url !== undefined ? readdirSync(parent).sort() : [];
  for (const sibling of siblings) {
    const about = aboutPackage(`${parent}/${sibling}`);
    const text = about.license === license && about.repository?.url === url ? textIn(`${parent}/${sibling}`) : '';
    if (text !== '') return `The package has no text of its licence. This is that of ${about.name}, from the same repository.\n\n${text}`;
  }
  return `by ${JSON.stringify(author)}; the package has no text of its licence`;
}

function aboutPackage(folder: string): About {
  // npm checks these members when a package is published.
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as About;
}

function textIn(folder: string): string {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  return files.map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim()).join('\n\n');
}
