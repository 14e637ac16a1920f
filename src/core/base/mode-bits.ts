/** What the mode of a file or folder lets others than its owner do (inode(7)). */
export interface OpenTo {
  /** Everybody may change it; in a folder: add, replace and remove files. Not in a folder where each may only remove what is theirs (sticky). */
  readonly everybodyWrites: boolean;
  readonly groupWrites: boolean;
  readonly everybodyReads: boolean;
  readonly groupReads: boolean;
}

const sticky = 0o1000;

/** @param isFolder of a folder, reading is listing or entering */
export function openTo(mode: number, isFolder: boolean): OpenTo {
  const guarded = isFolder && (mode & sticky) !== 0;
  const [groupReads, everybodyReads] = isFolder ? [0o050, 0o005] : [0o040, 0o004];
  return {
    everybodyWrites: (mode & 0o002) !== 0 && !guarded,
    groupWrites: (mode & 0o020) !== 0 && !guarded,
    everybodyReads: (mode & everybodyReads) !== 0,
    groupReads: (mode & groupReads) !== 0,
  };
}

/** `0640`, as chmod(1) takes it. */
export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
