import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { archiveFindings } from '../../src/core/findings/entries/archive.ts';

describe('the codes of the archive', () => {
  it('that the code speaks of are exactly those that are explained', () => {
    const folder = new URL('../../src/archive/', import.meta.url);
    const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n');
    const spoken = new Set([...text.matchAll(/\bA1\d\d\b/g)].map(([code]) => code));
    // A190 and above are said by others.
    expect(Object.keys(archiveFindings).filter((code) => code < 'A190')).toEqual([...spoken].sort());
  });
});
