import { readdirSync, readFileSync } from 'node:fs';

/** Separator between two licence texts. */
export const licenceRule = `\n${'-'.repeat(80)}\n\n`;

/** Returns name, version and licence of an installed package, and the text of its licence, or the author if the package has no licence text. */
export function licenceText(folder: string): string {
  const about = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Record<'name' | 'version' | 'license', string> & {
    readonly author?: unknown;
  };
  const { name, version, license, author } = about;
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const whole = files.map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim()).join('\n\n');
  return `${name} ${version} (${license})\n\n${whole === '' ? `by ${JSON.stringify(author)}; the package has no text of its licence` : whole}\n`;
}
