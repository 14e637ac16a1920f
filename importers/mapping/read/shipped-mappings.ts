import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { home } from '../../../src/core/base/home.ts';
import { byCodePoint } from '../../../src/core/base/order.ts';
import type { About } from './mapping.ts';
import { readMapping } from './mapping-read.ts';

/** A mapping file that is shipped with longplay: `importers/mappings/<id>.toml`. Adding a mapping means adding one file there. */
export interface ShippedMapping {
  readonly id: string;
  readonly about: About;
  /** The file's text. */
  readonly text: string;
}

const folder = fileURLToPath(new URL('importers/mappings/', home));

let known: readonly ShippedMapping[] | null = null;

/** Returns all shipped mappings by id; they are read once. */
export function shippedMappings(): readonly ShippedMapping[] {
  known ??= readdirSync(folder)
    .flatMap((name) => /^(.+)\.toml$/.exec(name)?.[1] ?? [])
    .sort(byCodePoint)
    .map((id) => {
      const text = readFileSync(`${folder}/${id}.toml`, 'utf8');
      const { about } = readMapping({ name: id, text }, null);
      if (about === null) throw new Error(`${id}.toml has no [about]`);
      return { id, about, text };
    });
  return known;
}
