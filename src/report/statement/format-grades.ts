import { byCodePoint } from '../../core/base/order.ts';
import { type Grade, gradeMeaning, grades } from '../../core/model/grade.ts';
import { counted } from '../../core/words/quantity.ts';
import type { FormatGrades } from './statement.ts';

type Kind = FormatGrades['kinds'][number];

/** Adds up the format grades that bags state for their originals. */
export function createFormatGrades(): { take(bag: readonly Kind[] | null): void; grades(): FormatGrades } {
  const kinds = new Map<string, Kind>();
  let bagsWithout = 0;
  return {
    take: (bag) => {
      if (bag === null) bagsWithout++;
      for (const { format, grade, files } of bag ?? []) {
        // A later version may have a better grade for the same format.
        const key = `${grade} ${format}`;
        kinds.set(key, { format, grade, files: files + (kinds.get(key)?.files ?? 0) });
      }
    },
    grades: () => ({ kinds: [...kinds.values()].sort((a, b) => rank(b) - rank(a) || byCodePoint(a.format ?? '', b.format ?? '')), bagsWithout }),
  };
}

/** Unrecognised files have the lowest rank. */
function rank({ grade }: Kind): number {
  return grade === null ? grades.length : grades.indexOf(grade);
}

/** Describes, for each grade, its meaning, the number of originals, and the formats. The lowest grade comes first. */
export function formatGradeLines({ kinds, bagsWithout }: FormatGrades): string[] {
  const lines = ([null, ...[...grades].reverse()] as const).flatMap((grade: Grade | null) => {
    const own = kinds.filter((kind) => kind.grade === grade);
    if (own.length === 0) return [];
    const files = own.reduce((sum, kind) => sum + kind.files, 0);
    const which = grade === null ? '' : ` (${own.map(({ format }) => format).join(', ')})`;
    return [`${grade ?? 'not recognised'}: ${counted(files, 'original')}${which}${grade === null ? '' : `; ${gradeMeaning[grade]}`}`];
  });
  if (bagsWithout > 0) lines.push(`${counted(bagsWithout, 'bag')} state${bagsWithout === 1 ? 's' : ''} no grade, or cannot be read`);
  return lines.length === 0 ? ['The archive has no originals.'] : lines;
}
