import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../cli/rig.ts';

/** README.md and every page below docs/, by their paths from the root, sorted. */
export function allPages(): readonly string[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  return ['README.md', ...inDocs.flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])).sort()];
}
