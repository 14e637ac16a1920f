import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { archiveFindings } from '../../src/core/findings/entries/archive.ts';

describe('the finding codes of the archive', () => {
  it('are explained exactly if the code uses them', () => {
    const folder = new URL('../../src/archive/', import.meta.url);
    const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n');
    const spoken = new Set([...text.matchAll(/\bA1\d\d\b/g)].map(([code]) => code));
    // Other rooms report A190 and above.
    expect(Object.keys(archiveFindings).filter((code) => code < 'A190')).toEqual([...spoken].sort());
  });
});
