import { constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// A disk after a loss of power. The system may or may not have written unsynced changes, in any order. It guarantees that a file's bytes are stored after fsync of the file, and a
// name after fsync of the folder (fsync(2), NOTES). Names change as a whole, as on every journaling file system.

/** One call that changes something, as the trap recorded it (trap.c, TRAP_RECORD). */
export interface RecordedCall {
  readonly kind: string;
  readonly path: string;
  /** The path before, of a rename or link. */
  readonly from: string;
  readonly offset: number;
  /** Bytes of a write, size of a truncate, flags of an open. */
  readonly length: number;
  readonly data: Buffer;
}

/** Decides whether an unsynced change has reached the disk. */
export type Reached = (change: 'name' | 'bytes') => boolean;

/** Reads the record of a trap. */
export function readRecord(file: string): RecordedCall[] {
  const all = readFileSync(file);
  const calls: RecordedCall[] = [];
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf(0x0a, at);
    const [kind = '', ...numbers] = all.toString('latin1', at, end).split(' ');
    const [offset = 0, length = 0, pathBytes = 0, fromBytes = 0, dataBytes = 0] = numbers.map(Number);
    at = end + 1;
    const take = (bytes: number): Buffer => {
      at += bytes;
      return all.subarray(at - bytes, at);
    };
    calls.push({ kind, offset, length, path: take(pathBytes).toString('utf8'), from: take(fromBytes).toString('utf8'), data: take(dataBytes) });
  }
  return calls;
}

interface Folder {
  readonly kind: 'folder';
  readonly children: Map<string, Node>;
}
interface File {
  readonly kind: 'file';
}
type Node = Folder | File;

/** A name that is added, removed or changed; all entries of one change reach the disk together. */
interface NameChange {
  readonly kind: 'name';
  readonly entries: readonly { readonly folder: Folder; readonly name: string; readonly node: Node | null }[];
}
interface BytesChange {
  readonly kind: 'bytes';
  readonly file: File;
  readonly apply: (content: Buffer) => Buffer;
}
type Change = (NameChange | BytesChange) & { synced: boolean };

/**
 * Replays calls on a folder that held `before` and writes its state after a loss of power to `target`.
 * @param before durable files of the folder, by path relative to it; null: a folder
 */
export function losePower(
  root: string,
  before: ReadonlyMap<string, Buffer | null>,
  calls: readonly RecordedCall[],
  reached: Reached,
  target: string,
): void {
  const top: Folder = folder();
  const durableTop: Folder = folder();
  const twins = new Map<Folder, Folder>([[top, durableTop]]);
  const contents = new Map<File, Buffer>();
  for (const [path, bytes] of before) {
    const parts = path.split('/');
    const name = bytes === null ? null : (parts.pop() ?? '');
    let parent = top;
    for (const part of parts) {
      const known = parent.children.get(part);
      const inner = known?.kind === 'folder' ? known : folder();
      parent.children.set(part, inner);
      twinOf(parent, twins).children.set(part, inner);
      parent = inner;
    }
    if (bytes === null || name === null) continue;
    const file: File = { kind: 'file' };
    contents.set(file, bytes);
    parent.children.set(name, file);
    twinOf(parent, twins).children.set(name, file);
  }
  const changes: Change[] = [];
  for (const call of calls) for (const change of play(root, top, call, changes)) changes.push({ ...change, synced: false });
  for (const change of changes) {
    if (!change.synced && !reached(change.kind)) continue;
    if (change.kind === 'bytes') contents.set(change.file, change.apply(contents.get(change.file) ?? Buffer.alloc(0)));
    else for (const { folder: parent, name, node } of change.entries) setChild(twinOf(parent, twins), name, node);
  }
  write(durableTop, target, twins, contents);
}

function folder(): Folder {
  return { kind: 'folder', children: new Map() };
}

function setChild(parent: Folder, name: string, node: Node | null): void {
  if (node === null) parent.children.delete(name);
  else parent.children.set(name, node);
}

/** The state on the disk of a folder whose state in memory is `one`. */
function twinOf(one: Folder, twins: Map<Folder, Folder>): Folder {
  const twin = twins.get(one) ?? folder();
  twins.set(one, twin);
  return twin;
}

/** The effect of one call in memory; a sync marks earlier calls as durable. */
function play(root: string, top: Folder, call: RecordedCall, earlier: readonly Change[]): (NameChange | BytesChange)[] {
  const place = (path: string): { readonly folder: Folder; readonly name: string } | null => {
    const parts = path.slice(root.length + 1).split('/');
    const name = parts.pop() ?? '';
    let at: Node | undefined = top;
    for (const part of parts) at = at?.kind === 'folder' ? at.children.get(part) : undefined;
    return at?.kind === 'folder' ? { folder: at, name } : null;
  };
  const lookUp = (path: string): Node | undefined => {
    const at = path === root ? null : place(path);
    return path === root ? top : at?.folder.children.get(at.name);
  };
  const change = (...entries: NameChange['entries']): NameChange[] => {
    for (const { folder: parent, name, node } of entries) setChild(parent, name, node);
    return [{ kind: 'name', entries }];
  };
  const bytes = (path: string, apply: (content: Buffer) => Buffer): BytesChange[] => {
    // "(deleted)" after a name: SQLite's memory file, which it removes before it closes it.
    const file = lookUp(path.replace(/ \(deleted\)$/, ''));
    return file?.kind === 'file' ? [{ kind: 'bytes', file, apply }] : [];
  };
  const to = call.path === root ? null : place(call.path);
  const node = lookUp(call.path);
  switch (call.kind) {
    case 'open': {
      if (to !== null && node === undefined && (call.length & constants.O_CREAT) !== 0) return change({ ...to, node: { kind: 'file' } });
      return (call.length & constants.O_TRUNC) === 0 ? [] : bytes(call.path, () => Buffer.alloc(0));
    }
    case 'mkdir':
      return to === null || node !== undefined ? [] : change({ ...to, node: folder() });
    case 'write':
    case 'pwrite':
      return bytes(call.path, (content) => {
        const whole = Buffer.alloc(Math.max(content.length, call.offset + call.length));
        content.copy(whole);
        call.data.copy(whole, call.offset);
        return whole;
      });
    case 'truncate':
      return bytes(call.path, (content) =>
        Buffer.concat([content, Buffer.alloc(Math.max(0, call.length - content.length))]).subarray(0, call.length),
      );
    case 'link':
    case 'rename': {
      const from = place(call.from);
      const moved = lookUp(call.from);
      if (to === null || from === null || moved === undefined) return [];
      if (call.kind === 'link') return node === undefined ? change({ ...to, node: moved }) : [];
      return change({ ...from, node: null }, { ...to, node: moved });
    }
    case 'unlink':
    case 'rmdir':
      // A folder that is not empty stays: rmdir was an attempt.
      if (
        to === null ||
        node === undefined ||
        (node.kind === 'folder' && node.children.size > 0) ||
        (call.kind === 'unlink') !== (node.kind === 'file')
      )
        return [];
      return change({ ...to, node: null });
    case 'fsync':
      for (const done of earlier) {
        if (done.kind === 'bytes' ? done.file === node : done.entries.some((entry) => entry.folder === node)) done.synced = true;
      }
      return [];
    case 'close':
    case 'chmod':
    case 'chown':
      return [];
    default:
      throw new Error(`the model knows no call ${call.kind}`);
  }
}

function write(from: Folder, to: string, twins: Map<Folder, Folder>, contents: ReadonlyMap<File, Buffer>): void {
  mkdirSync(to, { recursive: true });
  for (const [name, node] of from.children) {
    if (node.kind === 'folder') write(twinOf(node, twins), join(to, name), twins, contents);
    else writeFileSync(join(to, name), contents.get(node) ?? '');
  }
}
