import { agree } from '../../core/base/agree.ts';
import type { Codec, Format } from '../../core/model/format.ts';
import { gradeMeaning } from '../../core/model/grade.ts';
import type { Canary } from '../../media/canaries.ts';
import { table } from '../report/units.ts';

/** Content of the register of formats and codecs. */
export interface Register {
  readonly formats: readonly Format[];
  readonly codecs: ReadonlyMap<string, Codec>;
  /** Shipped files that `doctor --canaries` decodes. */
  readonly canaries: readonly Canary[];
}

/** Returns a word for what decodes a codec. */
export function decoderOf({ decode }: Codec): string {
  return decode.by === 'us' ? 'longplay' : decode.by === 'ffmpeg' ? 'FFmpeg' : 'no decoder';
}

/** Returns the PRONOM ids of a format, or why there are none. */
export function pronomOf(format: Format): string {
  return format.pronom === undefined || format.pronom.length === 0 ? 'none' : format.pronom.join(' ');
}

/** Counts the shipped samples of a format or codec. */
export function tested({ canaries }: Register, kind: 'format' | 'codec', id: string): number {
  return canaries.filter((canary) => canary[kind] === id).length;
}

/** Number of codings from which a list is printed separately. */
const longList = 100;

/** Returns the meanings of the grades as a table. */
export function gradesText(): string {
  return ['Grades:', table(Object.entries(gradeMeaning), '  ')].join('\n');
}

/** Formats a row of a Markdown table. */
export function markdownRow(...cells: readonly string[]): string {
  return `| ${cells.map((text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

/** Returns the text of docs/reference/formats.md. */
export function registerMarkdown(register: Register): string {
  const { formats, codecs } = register;
  const byId = <Item extends { readonly id: string }>(items: Iterable<Item>): Item[] => [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
  const row = markdownRow;
  const formatRows = byId(formats).map((format) =>
    row(
      `\`${format.id}\``,
      format.title,
      format.extensions.join(' '),
      pronomOf(format),
      format.grade,
      String(tested(register, 'format', format.id)),
      format.facts.join('; '),
    ),
  );
  const codecRows = byId(codecs.values()).map((codec) =>
    row(
      `\`${codec.id}\``,
      codec.title,
      decoderOf(codec),
      String(tested(register, 'codec', codec.id)),
      [...(codec.decode.by === 'nobody' ? [codec.decode.reason] : []), ...codec.facts].join('; '),
    ),
  );
  const declared = byId(formats).flatMap((format) => {
    const { codings = [] } = format;
    if (codings.length === 0) return [];
    if (codings.length > longList)
      return [`## Codings of \`${format.id}\``, '', agree`${codings.length} coding[s]: \`longplay formats ${format.id}\`.`, ''];
    const rows = codings.map(({ declared: written, name, codec, note }) => {
      const known = codec === null ? undefined : (codecs.get(codec) ?? [...codecs.values()].find(({ id }) => id.startsWith(codec)));
      return row(written, name, codec === null ? '' : `\`${codec}\``, known === undefined ? 'no decoder' : decoderOf(known), note);
    });
    return [`## Codings of \`${format.id}\``, '', '| declared | name | codec | decoded by | note |', '|---|---|---|---|---|', ...rows, ''];
  });
  return [
    '# Formats and codecs',
    '',
    'This page lists the formats and codecs that longplay supports, what decodes them, and how well each is tested. `npm run docs` writes it from the lists in the code.',
    'A PRONOM id does not identify the codec: one id stands for fifteen codings of WAVE. The codec, its rate, channels, block size and bits are in `recording.json`.',
    '',
    '| grade | meaning |',
    '|---|---|',
    ...Object.entries(gradeMeaning).map(([grade, meaning]) => row(grade, meaning)),
    '',
    '`samples`: files that ship with longplay and that `longplay doctor --canaries` decodes.',
    '',
    agree`## ${formats.length} format[s]`,
    '',
    '| id | kind of file | extensions | PRONOM | grade | samples | facts |',
    '|---|---|---|---|---|---|---|',
    ...formatRows,
    '',
    agree`## ${codecs.size} codec[s]`,
    '',
    '| id | codec | decoded by | samples | facts |',
    '|---|---|---|---|---|',
    ...codecRows,
    '',
    ...declared,
  ]
    .join('\n')
    .trimEnd();
}
