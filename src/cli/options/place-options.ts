import type { Command } from 'commander';
import { LongplayError } from '../../core/base/error.ts';
import type { PlaceDemands } from '../../log/keys/known-places.ts';
import { option } from './options.ts';

/** Options of commands that expect a certain archive at a path. */
export interface ArchiveIdOption {
  readonly archiveId?: string;
}

/** Adds `--archive-id`. */
export function archiveIdOption(command: Command): Command {
  return command.addOption(option('--archive-id <id>', 'id of the archive that must be at this path, as longplay.json states it').argParser(idOf));
}

function idOf(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text;
  throw new LongplayError('usage', 'U313', `--archive-id is '${text}', which is not an id of an archive`, 'give the id that longplay.json states');
}

/** Returns the archive id and the smallest number of bags that the options require of an archive. */
export function placeDemands({ archiveId, minBags }: ArchiveIdOption & { readonly minBags?: number }): PlaceDemands {
  return { ...(archiveId === undefined ? {} : { archiveId }), ...(minBags === undefined ? {} : { minBags }) };
}
