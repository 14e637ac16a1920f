import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { addedAmong } from '../archive/bag/added-digests.ts';
import { bagFormats } from '../archive/bag/formats.ts';
import { type BagType, bagInfo, bagType } from '../archive/bag/info.ts';
import { type FormatRegister, kindsOfOriginals, type OriginalOfBag } from '../archive/bag/originals.ts';
import { tablesFormats } from '../archive/bag/tables-readme.ts';
import { type BagInfo, createBagDraft, finishBag, type PayloadFile } from '../archive/bag/writer.ts';
import type { BagFolder } from '../archive/bag-folders.ts';
import { byCodePoint } from '../core/base/order.ts';
import { toolName } from '../core/base/version.ts';
import { listedPayload, UnsoundBag } from '../erasure/execute/rewrite-bag.ts';
import type { FileSecrets } from '../sealing/keyring/page.ts';
import { type ListedItem, linkedInBags } from './seal-items.ts';
import type { SealLanes } from './seal-lanes.ts';

/** The sealed making of a bag as a complete draft. */
export interface SealedDraft {
  readonly type: BagType;
  /** Number of recordings, amendments or tables in it. */
  readonly items: number;
  readonly bytes: number;
  /** Secrets of its files, by recording id or name of a table. */
  readonly cells: ReadonlyMap<string, FileSecrets>;
}

/** What making a draft needs. */
export interface SealTools {
  /** Folder of the archive's bags; amendments name files in it. */
  readonly bags: string;
  /** Known formats and codecs, for the bags' formats.txt. */
  readonly register: FormatRegister;
  /** Page of the keyring that will have the secrets. */
  readonly making: string;
  /** Does the work on the items. */
  readonly lanes: SealLanes;
}

/**
 * Writes the sealed making of an open bag as a draft: its items as `sealItems` seals them, and new manifests with the same algorithms.
 * @throws as `sealItems`
 */
export async function sealBag({ path }: Pick<BagFolder, 'path'>, draft: string, tools: SealTools, signal: AbortSignal): Promise<SealedDraft> {
  const type = bagType(path);
  if (type === null) throw new UnsoundBag('it is of a type that this version does not know');
  const { files: listed, algorithms } = listedPayload({ path });
  await createBagDraft(draft);
  const whole = { bag: path, draft, isOfTables: type === 'tables', addedDigests: addedAmong(algorithms) };
  const made = await tools.lanes.seal(whole, itemsOf(listed), type === 'amendment' ? linkedInBags(tools.bags) : null, signal);
  const files = made.flatMap((item) => item.files);
  const cells = new Map(made.map(({ name, secrets }) => [name, secrets]));
  const originals = made.flatMap((item) => item.originals);
  await finishBag(draft, files, infoOf(path, type, originals, cells.size, tools), signal, algorithms);
  return { type, items: cells.size, bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), cells };
}

/** Divides the payload of a bag into its items. @throws UnsoundBag if a file belongs to none */
function itemsOf(files: readonly PayloadFile[]): ListedItem[] {
  const items = new Map<string, Map<string, PayloadFile>>();
  for (const file of files) {
    const [, name = '', own, ...more] = file.path.split('/');
    if (own === undefined || more.length > 0) throw new UnsoundBag(`${file.path} belongs to no recording and no table`);
    items.set(name, (items.get(name) ?? new Map()).set(own, file));
  }
  return [...items].map(([name, own]) => ({ name, files: own })).sort((a, b) => byCodePoint(a.name, b.name));
}

function infoOf(path: string, type: BagType, originals: readonly OriginalOfBag[], items: number, { register, making }: SealTools): BagInfo {
  const stated = bagInfo(path) ?? '';
  return {
    baggingDate: /^Bagging-Date:[ \t]*(\S+)/m.exec(stated)?.[1] ?? '',
    externalIdentifier: basename(path),
    description: /^Internal-Sender-Description:[ \t]*(.*)$/m.exec(stated)?.[1] ?? '',
    ...(type === 'recordings' ? {} : { type }),
    recordings: type === 'tables' ? 0 : items,
    tool: toolName,
    making,
    formats: type === 'tables' ? tablesFormats(toolName) : bagFormats(kindsOfOriginals(originals, register), toolName, true),
  };
}

/** Compares every file of a sealed draft with the open bag, as `compareItems` does, with the secrets that the keyring has. @throws as `SealLanes.compare` */
export async function compareOpened({ path }: Pick<BagFolder, 'path'>, draft: string, lanes: SealLanes, signal: AbortSignal): Promise<void> {
  const items = readdirSync(join(path, 'data'), { withFileTypes: true }).flatMap((item) => (item.isDirectory() ? [item.name] : []));
  await lanes.compare({ bag: path, draft }, items, signal);
}
