import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Confidence, Format, Hint, Identification } from '../../core/model/format.ts';
import { type Grade, gradeMeaning } from '../../core/model/grade.ts';

/** Degrees of confidence, the most certain first. */
const ranks: readonly Confidence[] = ['signature', 'structure', 'statistics', 'hint'];

/**
 * Identifies a medium by the format that recognises it most certainly; null if none does. Two equally certain formats give the finding `M106` and an answer
 * without tracks, whose `format` names both, because decoding by either would be a guess. The order of `formats` does not matter.
 */
export async function identifyMedium(
  reader: ByteReader,
  hint: Hint,
  formats: readonly Format[],
  signal: AbortSignal,
): Promise<Identification | null> {
  const answers: Identification[] = [];
  for (const format of formats) {
    signal.throwIfAborted();
    const answer = await format.identify(reader, hint, signal);
    if (answer !== null) answers.push(answer);
  }
  const best = Math.min(...answers.map(rankOf));
  const [first, ...others] = answers.filter((answer) => rankOf(answer) === best).sort((a, b) => byCodePoint(a.format, b.format));
  if (first === undefined) return null;
  if (others.length === 0) return { ...first, findings: [...first.findings, ...gradeFindings(first.format, formats, reader.name)] };
  const basis = [first, ...others].map((answer) => `${answer.format}: ${answer.basis}`).join('; ');
  return {
    format: [first, ...others].map((answer) => answer.format).join(' or '),
    confidence: first.confidence,
    basis,
    tracks: [],
    findings: [finding(tie, reader.name, agree`${others.length + 1} format[s] [is|are] equally certain (${first.confidence}): ${basis}`)],
    state: 'ok',
  };
}

/** Returns a finding if the format was reverse-engineered. */
function gradeFindings(id: string, formats: readonly Format[], place: string): Finding[] {
  const grade = gradeOf(id, formats);
  return grade === 'experimental' ? [finding('M149', place, `${id} is ${grade}: ${gradeMeaning[grade]}`)] : [];
}

/** Returns the grade of the format of an answer; null if it has none or two. */
export function gradeOf(id: string | null, formats: readonly Format[]): Grade | null {
  return formats.find((format) => format.id === id)?.grade ?? null;
}

/** Code of the finding that two formats claim a medium. */
export const tie = 'M106';

function rankOf(answer: Identification): number {
  return ranks.indexOf(answer.confidence);
}
