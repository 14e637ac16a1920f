import type { ShippedMapping } from '../../../importers/mapping/read/shipped-mappings.ts';
import { agree } from '../../core/base/agree.ts';
import { gradeMeaning } from '../../core/model/grade.ts';
import type { Importer } from '../../core/model/importer.ts';
import { table } from '../report/units.ts';
import { gradesText, markdownRow } from './register.ts';

/** All readers of recorders' exports: importers, and mappings shipped with longplay. */
export interface ImporterRegister {
  readonly importers: readonly Importer[];
  readonly mappings: readonly ShippedMapping[];
}

/** Formats `longplay importers`. */
export function importersText({ importers, mappings }: ImporterRegister): string {
  return [
    'Importers (chosen automatically if a source has the files or tables of the recorder):',
    table(
      importers.map(({ id, grade, title }) => [id, grade, title]),
      '  ',
    ),
    'Shipped mappings (never chosen automatically; --mapping ID):',
    table(
      mappings.map(({ id, about }) => [id, about.grade, about.title]),
      '  ',
    ),
    gradesText(),
    'Details: longplay importers ID; for a mapping, this prints the file, to save and edit.',
  ].join('\n');
}

/** Formats `longplay importers ID` for an importer; a mapping is printed unchanged. */
export function importerText(importer: Importer): string {
  return table([
    ['importer', importer.id],
    ['reads', importer.title],
    ['grade', `${importer.grade}: ${gradeMeaning[importer.grade]}`],
    ['tested on', importer.tested.join('; ')],
    ...importer.facts.map((fact): [string, string] => ['fact', fact]),
  ]);
}

/** Returns the text of docs/reference/importers.md. */
export function importersMarkdown({ importers, mappings }: ImporterRegister): string {
  const sorted = importers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return [
    '# Recorder families',
    '',
    'This page lists what longplay reads, how well each family is supported, and what it was tested on; `npm run docs` writes it from the lists in the code.',
    'Recorders without published documentation: [recorders-without-layout.md](../how-to/recorders-without-layout.md). Any other recorder: [mapping-file.md](mapping-file.md).',
    '',
    '| grade | meaning |',
    '|---|---|',
    ...Object.entries(gradeMeaning).map(([grade, meaning]) => markdownRow(grade, meaning)),
    '',
    agree`## ${importers.length} importer[s]`,
    '',
    'An importer is chosen automatically if a source has the files or tables of its recorder.',
    '',
    '| id | reads | grade | tested on | facts |',
    '|---|---|---|---|---|',
    ...sorted.map((importer) =>
      markdownRow(`\`${importer.id}\``, importer.title, importer.grade, importer.tested.join('; '), importer.facts.join('; ')),
    ),
    '',
    agree`## ${mappings.length} mapping[s]`,
    '',
    'Mapping files of the importer `generic`, for `--mapping ID`. `longplay survey` proposes them if they fit; they are never chosen automatically. `longplay importers ID` prints one, to save and edit.',
    '',
    ...mappings.flatMap(({ id, about }) => [
      `### \`${id}\``,
      '',
      `${about.title}. Grade: ${about.grade}.`,
      '',
      ...about.facts.map((fact) => `- Source: ${fact}.`),
      ...about.tested.map((tested) => `- Tested on: ${tested}.`),
      ...about.check.map((check) => `- Check: ${check}.`),
      '',
    ]),
  ]
    .join('\n')
    .trimEnd();
}
