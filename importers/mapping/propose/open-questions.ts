/** First words of a proposed mapping. A file that begins otherwise is the user's own, and so are the question marks in it. */
export const proposalMark = '# A first mapping, proposed by longplay';

/** A line of a proposed mapping that the user has not confirmed. */
export interface OpenQuestion {
  /** Number of the line, from 1. */
  readonly line: number;
  /** The question, without the text before it. */
  readonly text: string;
}

/**
 * Returns the lines of a proposed mapping whose comments end in a question mark; empty for a mapping that is not a proposal.
 * @param hasZone true if the zone is given outside the mapping, which answers the question about it
 */
export function openQuestions(mapping: string, hasZone: boolean): readonly OpenQuestion[] {
  const lines = mapping.replace(/^\uFEFF/, '').split('\n');
  if (lines[0]?.startsWith(proposalMark) !== true) return [];
  return lines.flatMap((written, index) => {
    // A `#` in a string begins no comment.
    const text = written.trimEnd().replaceAll(/"(?:[^"\\]|\\.)*"/g, (string) => string.replaceAll('#', ' '));
    const comment = /#([^#]*)\?$/.exec(text)?.[1];
    if (comment === undefined || (hasZone && /^#\s*zone\s*=/.test(text))) return [];
    return [{ line: index + 1, text: `${comment.split('; ').at(-1)?.trim() ?? ''}?` }];
  });
}
