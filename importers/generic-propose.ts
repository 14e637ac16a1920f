import type { Importer } from '../src/core/importer.ts';

export const proposeMapping: NonNullable<Importer['propose']> = async () => null;
